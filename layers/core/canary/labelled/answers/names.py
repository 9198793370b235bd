"""Names in answers as decisions: what counts as a label of the set, and by which rule a name is put
right.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import INDEX, PREFIX
from canary.labelled.numbers import UnreadableAnswer, is_number, kind_of
from canary.labelled.tasks.classes import binary_value, class_name

LONGEST_OPEN_NAME = 256
_LAST_NUMBER = re.compile(r"(\d+)$")
_WHOLE = re.compile(r"^(\d+)$")
"""An index that is a number by itself: the end of -1 or of 2.5 is none."""
_ZERO_WORDS = {"0", "-1", "false", "no", "n", "f"}


@dataclass(frozen=True)
class KnownLabels:
    """The task's labels; `names` is empty where they are too many to list."""

    spec: QualityGuardSpec
    names: frozenset[str]

    def decision(self, name: str) -> str | None:
        """Return the decision a name stands for, None where it is no label of the set."""
        known = self._as_the_set_says(class_name(name))
        if self.spec.task == "binary":
            value = binary_value(known, self.spec)
            given = self.spec.names_positive
            if value is None or (given and self.names and known not in self.names):
                return None
            return str(value)
        if self.names:
            return known if known in self.names else None
        return known if 0 < len(known) <= LONGEST_OPEN_NAME else None

    def _as_the_set_says(self, name: str) -> str:
        """Return true and false as the set spells them; every other name as it is."""
        if name in self.names or name.lower() not in {"true", "false"}:
            return name
        return next((one for one in self.names if one.lower() == name.lower()), name)

    def unsaid(self, names: Iterable[str]) -> int:
        """Return how many labels of the set are not among these names."""
        said = {self._as_the_set_says(class_name(name)) for name in names}
        if self.names:
            return len(self.names - said)
        if self.spec.task == "binary":
            return 2 - len({self.decision(name) for name in said} - {None})
        return LONGEST_OPEN_NAME

    def spelled(self, name: str) -> str | None:
        """Return the label that a name is but for case, spaces and marks around it."""
        return next((one for one in sorted(self.names) if folded(one) == folded(name)), None)

    @property
    def positive(self) -> str:
        """The name of the positive label of a binary task."""
        return class_name(self.spec.positive_label)

    @property
    def number_is_of_positive(self) -> bool:
        """Whether a lone probability can only be the positive label's.

        Models tell the probability of their class 1; where the positive label is what usually is
        called 0, or is not the largest of numbers, that is another's.
        """
        positive = self.positive
        others = [number for name in self.names if (number := _integer(name)) is not None]
        own = _integer(positive)
        if positive.lower() in _ZERO_WORDS:
            return False
        return own is None or not others or own >= max(others)

    def order(self, width: int) -> tuple[str, ...]:
        """Return the class of each of `width` places in a row, nothing where it is not known:
        `classes`, or labels that are themselves the numbers of the places.
        """
        if self.spec.classes is not None:
            return self.spec.classes if len(self.spec.classes) == width else ()
        if self.spec.task == "binary" and width != len(self.names or "01"):
            return ()
        names = self.names or frozenset({"0", "1"} if self.spec.task == "binary" else ())
        places = [str(place) for place in range(width)]
        return tuple(places) if "0" in names and names <= set(places) else ()


def folded(name: str) -> str:
    """Return a name without what spellings of one name differ by: case, form, spaces, marks."""
    text = unicodedata.normalize("NFKC", name).casefold()
    words = "".join(one if one.isalnum() or one in "+#-" else " " for one in text).split()
    return "".join(words) or text


def _integer(name: str) -> int | None:
    try:
        return int(name)
    except ValueError:
        return None


def text_of(value: Any) -> str | None:
    """Return a scalar as the name it may be; None for lists, objects and null."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value).strip() if isinstance(value, str | int | float) else None


def named(value: Any, reading: Reading, known: KnownLabels) -> str:
    """Return the name in a value after extraction and the rule for names; raise UnreadableAnswer
    where there is none.
    """
    text = truth_name(value, reading, known) if isinstance(value, bool) else text_of(value)
    if text is None or not text:
        raise UnreadableAnswer(f"{kind_of(value)} is no label")
    if reading.extract is not None:
        text = extracted(text, reading.extract)
    return by_rule(text, reading, known.spec)


def truth_name(value: bool, reading: Reading, known: KnownLabels) -> str:  # noqa: FBT001 - the value itself
    """Return the name that true or false has in the set: True and TRUE are true, and 1 is where the
    set has none of them.
    """
    spellings = (str(value).lower(), str(value), str(value).upper(), str(int(value)))
    mapped = reading.label_map or {}
    for name in spellings:
        if name in mapped or name in known.names:
            return name
    if known.spec.names_positive:
        return spellings[0]
    return spellings[-1]


def extracted(text: str, pattern: str) -> str:
    """Return the pattern's group in a text; raise UnreadableAnswer where it is not there."""
    found = re.search(pattern, text)
    if found is None or found.group(1) is None:
        raise UnreadableAnswer(f"extract finds nothing in {kind_of(text)}")
    return found.group(1).strip()


def by_rule(text: str, reading: Reading, spec: QualityGuardSpec) -> str:
    """Return the set's name for an answer's, by `label_map` and `labels_from`."""
    rule = reading.labels_from
    if isinstance(rule, str) and rule.startswith(PREFIX):
        text = text.removeprefix(rule.removeprefix(PREFIX))
    elif rule == INDEX and spec.classes is not None:
        name = class_name(text)
        found = (_WHOLE if is_number(name) else _LAST_NUMBER).search(name)
        if found is None or int(found.group(1)) >= len(spec.classes):
            raise UnreadableAnswer("an index is not that of one of the classes")
        text = spec.classes[int(found.group(1))]
    if reading.label_map is not None:
        text = reading.label_map.get(text, reading.label_map.get(class_name(text), text))
    return text


def decided(value: Any, reading: Reading, known: KnownLabels) -> str:
    """Return the decision that a label in an answer stands for; raise UnreadableAnswer where it is
    no label of the set.
    """
    decision = known.decision(named(value, reading, known))
    if decision is None:
        raise UnreadableAnswer(f"{kind_of(value)} is no label of the set")
    return decision


def known_labels(spec: QualityGuardSpec, seen: Iterable[str]) -> KnownLabels:
    """Return the labels: those of `classes` where given, else those seen in the set."""
    names = spec.classes if spec.classes is not None else seen
    return KnownLabels(spec, frozenset(class_name(name) for name in names))
