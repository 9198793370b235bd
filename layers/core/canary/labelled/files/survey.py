"""What one pass over a labelled set's file tells about all of it: labels, types, repeats, and what
was left out or joined.

Rules: memory does not grow with the set. What is told counts records and names columns of the spec,
never a value. Of records that repeat each other a sample tells (`repeats`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.files.repeats import Repeats
from canary.labelled.files.spans import Span
from canary.labelled.layout import MISSING, Layout, Value, is_unicode
from canary.labelled.tasks.classes import binary_value, text_in, weight_in
from canary.labelled.tasks.labels import is_of_parts, read_parts

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
"""A number as JSON writes it: "007", "+1", ".5" and " 1" are text."""
BACKSLASH_QUOTE = b'\\"'
MOST_LABELS = 1_000
_SET = "guards.quality.labelled_set"
_WORDS = MISSING - {"", "nan"}
"""Words that may be a class as well as no label."""


@dataclass
class Survey:
    """Counts of one file while it is read, record by record."""

    spec: QualityGuardSpec
    layout: Layout
    typed: bool
    """Whether the file is a CSV whose cells a request sends with a type."""
    labels: Counter[str] = field(default_factory=Counter)
    blank_lines: int = 0
    records: int = 0
    joined: int = 0
    unread: int = 0
    garbled: int = 0
    """Records with bytes that are no UTF-8, or text that is no Unicode."""
    escaped: int = 0
    escaped_unread: int = 0
    more_keys: int = 0
    fewer_keys: int = 0
    empty_numbers: int = 0
    unlisted: int = 0
    """Records with a label that is not among the first thousand different ones, and not the
    positive label.
    """
    foreign_parts: int = 0
    """Records whose label has not the parts that the task needs."""
    unweighed: int = 0
    """Records whose weight is none."""
    slices: set[str] = field(default_factory=set)
    """Slices that occur: those the spec names, and up to a thousand others."""

    def __post_init__(self) -> None:
        """Begin with every feature a number until one of its cells is not."""
        given = self.spec.column_types
        self._numbers = {
            i
            for i in self.layout.features
            if self.typed and given.get(self.layout.name(i), "number") == "number"
        }
        self._open = {i for i in self._numbers if self.layout.name(i) not in given}
        self._seen_number: set[int] = set()
        self._width, self._label = self.layout.width, self.layout.label
        self._escapes = self.spec.escape is None and self.spec.quote == '"'
        self._parts = is_of_parts(self.spec.task)
        self.repeats = Repeats()

    def see_span(self, span: Span) -> bool:
        """Count what the bytes of a record tell; return whether it is a record at all.

        Raises Refused where a quote that is never closed swallows what follows it.
        """
        if span.blank:
            self.blank_lines += 1
            return False
        self.records += 1
        if span.open_quote:
            raise _open_quote(self.records, span)
        self.joined += span.lines > 1
        return True

    def see_csv(self, span: Span) -> None:
        """Take a record of a CSV."""
        cells = span.cells
        readable = cells is not None and len(cells) == self._width
        if self._escapes and BACKSLASH_QUOTE in span.raw:
            self.escaped += 1
            self.escaped_unread += not readable
        if cells is None or not readable:
            self.unread += 1
            return
        if not is_unicode("".join(cells)):
            self.garbled += 1
            return
        self._see_label(cells[self._label], cells[self._label])
        self._see_columns(cells)
        features = "\0".join([cells[i] for i in self.layout.features])
        self.repeats.see(cells[self._label], features)
        for i in tuple(self._open):
            cell = cells[i]
            if NUMBER.fullmatch(cell) is not None:
                self._seen_number.add(i)
            elif cell.strip().lower() not in MISSING:
                self._open.remove(i)
                self._numbers.remove(i)
            else:
                self.empty_numbers += 1

    def see_values(self, values: Sequence[Value] | None, *, more_keys: bool, fewer: bool) -> None:
        """Take a record of a file that has types; None where it cannot be read."""
        self.more_keys += more_keys
        self.fewer_keys += fewer
        if values is None:
            self.unread += 1
            return
        value = values[self.layout.label]
        label = "" if value is None else str(value)
        if not is_unicode(label):
            self.garbled += 1
            return
        self._see_label(label, value)
        self._see_columns(values)
        self.repeats.see(label, repr([values[i] for i in self.layout.features]))

    def _see_label(self, label: str, value: Value) -> None:
        label = label.strip()
        if self._parts and label.lower() not in MISSING:
            self.foreign_parts += read_parts(value, self.spec) is None
        if label in self.labels or len(self.labels) < MOST_LABELS or self._is_positive(label):
            self.labels[label] += 1
        else:
            self.unlisted += 1

    def _see_columns(self, values: Sequence[Value]) -> None:
        labelled = text_in(values[self._label]).lower() not in MISSING
        if self.layout.weight is not None and labelled:
            self.unweighed += weight_in(values[self.layout.weight]) is None
        if not self.spec.slices or self.layout.slice is None:
            return
        name = text_in(values[self.layout.slice])
        if name in self.spec.slices or len(self.slices) < MOST_LABELS:
            self.slices.add(name)

    def _is_positive(self, label: str) -> bool:
        """Return whether a label is the positive one, of which none goes uncounted: how rare it is
        says what decides.
        """
        return self.spec.task == "binary" and binary_value(label, self.spec) == 1

    @property
    def numbers(self) -> frozenset[int]:
        """Return the columns that are sent as numbers."""
        given = self.spec.column_types
        return frozenset(
            i for i in self._numbers if i in self._seen_number or self.layout.name(i) in given
        )

    def missing_labels(self) -> frozenset[str]:
        """Return the labels, in lower case, that mean no label in this set.

        A word such as none is a class where the spec names it, in a binary task with a
        `positive_label` where the set has no other second class, and in every task but binary and
        regression unless `classes` leaves it out.
        """
        spec = self.spec
        named = {name.strip().lower() for name in spec.classes or ()}
        if spec.names_positive:
            named.add(spec.positive_label.strip().lower())
        missing = MISSING - named
        if spec.classes is not None:
            return missing
        if spec.task not in {"binary", "regression"}:
            return missing - _WORDS
        words = {label.lower() for label in self.labels if label.lower() in _WORDS & missing}
        others = {label for label in self.labels if label.lower() not in missing}
        alone = spec.names_positive and len(others) == len(words) == 1
        return missing - words if spec.task == "binary" and alone else missing

    def told(self) -> tuple[str, ...]:
        """Return what a person should know of the file, in sentences.

        Raises Refused where backslashes before quotes make records unreadable: they can be read in
        two ways.
        """
        if self.escaped_unread:
            raise two_ways_to_escape(self.escaped, self.escaped_unread)
        repeats, sampled = self.repeats.counted()
        among = f"{sampled:,} sampled records" if sampled < self.repeats.seen else "the records"
        classified = self.spec.task in {"binary", "multiclass"}
        words = _WORDS - self.missing_labels()
        classes = sum(count for label, count in self.labels.items() if label.lower() in words)
        told = (
            (self.blank_lines, "blank lines are no records"),
            (self.joined, "records take several lines, inside quotes"),
            (self.unread, "records cannot be read and are left out"),
            (self.garbled, 'records are no UTF-8 text and are left out (see "encoding")'),
            (self.escaped, 'records have a backslash before a quote, read as text (see "escape")'),
            (repeats, f"of {among} repeat another one, label and features alike"),
            (
                self.repeats.contradicted() if classified else 0,
                f"of {among} have the features of another one, and another label",
            ),
            (classes, "records have a label such as none, NA or null, which is read as a class"),
            (
                self.unlisted if classified else 0,
                (
                    f"records have a label beyond the first {MOST_LABELS:,} different ones, so "
                    'answers are not held against the labels of the set (see "classes")'
                ),
            ),
            (self.more_keys, "records have keys that the first has not; those are not sent"),
            (self.fewer_keys, "records lack keys that the first has; null is sent for those"),
            (
                self.empty_numbers if self.spec.empty == "text" and self.numbers else 0,
                'cells of number columns are empty and sent as text (see "empty")',
            ),
        )
        return tuple(f"{count:,} {words}" for count, words in told if count) + self._types_told()

    def _types_told(self) -> tuple[str, ...]:
        text = len(self.layout.features) - len(self.numbers)
        if not self.typed or not text or not self.numbers:
            return ()
        sent = f"{len(self.numbers):,} feature columns are sent as numbers and {text:,} as text"
        return (f'{sent} (see "column_types")',)


def has_backslash(span: Span, spec: QualityGuardSpec) -> bool:
    """Return whether a backslash stands before a quote, and nobody said what that means."""
    return spec.escape is None and spec.quote == '"' and BACKSLASH_QUOTE in span.raw


def two_ways_to_escape(escaped: int, unread: int) -> Refused:
    """Return the refusal of records in which it makes a difference."""
    return Refused(
        "guards.quality.escape",
        (
            f"{escaped} records have a backslash before a quote, and {unread} of them cannot be "
            "read with quotes doubled: either it escapes the quote, or the quote ends the field"
        ),
        'Set escape to "\\" where it escapes, or double the quotes inside quoted fields',
    )


def _open_quote(number: int, span: Span) -> Refused:
    return Refused(
        _SET,
        (
            f"record {number} opens a quote at the beginning of a field and never closes it: the "
            f"{span.lines - 1} lines behind it would be lost in it"
        ),
        'Double the quotes inside quoted fields, or set quote "none" where quotes are text',
    )
