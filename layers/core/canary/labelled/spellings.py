"""Labels of a set that are one label in two spellings, or more labels than the task has.

Rules: spellings that only computers tell apart (2 and 2.0, Unicode forms) are one label and told;
what a person may have meant as two is refused with both, until `classes` names both. No label is
said unless it is of one kind with the spec's own, a small number, or written on several records
beside another spelling of it.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.numbers import kind_of
from canary.labelled.tasks.classes import binary_value, class_name

_WHOLE_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.0+)?")
_SMALL = re.compile(r"-?[0-9]{1,3}")
_SHOWN = 4


def check_spellings(
    labels: Mapping[str, int], spec: QualityGuardSpec, missing: frozenset[str], *, whole: bool
) -> None:
    """Return when every label of a binary or multiclass set is spelled in one way, and a binary
    task has two of them; raise Refused naming the spellings otherwise.

    `labels` counts the records by label as it was written, `whole` says that there are no others.
    """
    texts = [text for text in labels if text and text.lower() not in missing]
    given = spec.names_positive
    if spec.task == "multiclass" or given:
        for group in _groups(texts, spec):
            raise _two_spellings(group, labels)
    if spec.task == "binary" and not given:
        _check_two(labels, texts, spec)
    if spec.task == "binary" and given and whole and texts:
        _check_occurs(texts, spec)


def spellings_told(labels: Mapping[str, int], spec: QualityGuardSpec) -> tuple[str, ...]:
    """Return the sentence on labels that are read as one though they are written in two ways."""
    if spec.task not in {"binary", "multiclass"}:
        return ()
    zero_one = spec.task == "binary" and not spec.names_positive
    by_name = defaultdict(list)
    for text in labels:
        by_name[_truth(text) if zero_one else class_name(text)].append(text)
    same = [texts for texts in by_name.values() if len(texts) > 1]
    return tuple(
        f"{sum(labels[text] for text in texts):,} records have one label in {len(texts)} spellings "
        "(such as 1 and 1.0, or two forms of one letter), read as one"
        for texts in same[:_SHOWN]
    )


def _truth(text: str) -> str:
    return class_name(text).lower()


def _groups(texts: Iterable[str], spec: QualityGuardSpec) -> list[list[str]]:
    """Return the labels that differ in case, spaces or the writing of a number alone."""
    by_fold = defaultdict(set)
    for text in texts:
        by_fold[_folded(text)].add(text)
    named = {name.strip() for name in spec.classes or ()}
    return [
        sorted(group)
        for group in by_fold.values()
        if not _is_one(group) and not ({*map(class_name, group)} <= named and _are_apart(group))
    ]


def _folded(text: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", class_name(text)).casefold().split())
    return class_name(folded)


def _is_one(group: Iterable[str]) -> bool:
    """Return whether spellings are of one label beyond doubt: in two Unicode forms, or a whole
    number as libraries write it.
    """
    composed = {unicodedata.normalize("NFC", text) for text in group}
    if len(composed) == 1:
        return True
    return len({*map(class_name, composed)}) == 1 and all(map(_WHOLE_FLOAT.fullmatch, composed))


def _are_apart(group: Iterable[str]) -> bool:
    group = tuple(group)
    return len({*map(class_name, group)}) == len(group)


def _two_spellings(group: list[str], labels: Mapping[str, int]) -> Refused:
    """Return the refusal of labels that are one or several."""
    shown = _quoted([text if labels[text] > 1 else kind_of(text) for text in group])
    read = "are read as one label" if not _are_apart(group) else "would be several classes"
    remedy = "Write each label in one way in the set" + (
        ", or name all of them in classes where they are meant to differ" * _are_apart(group)
    )
    return Refused(
        "guards.quality.label_column",
        f"the labels {shown} differ in case, spaces or the writing of a number alone, and {read}",
        remedy,
    )


def _check_two(labels: Mapping[str, int], texts: Iterable[str], spec: QualityGuardSpec) -> None:
    """Return when no label but two kinds of 0 and 1 is on more than one record."""
    other = [text for text in texts if binary_value(text, spec) is None and labels[text] > 1]
    known = [text for text in texts if binary_value(text, spec) is not None]
    if not other or len({binary_value(text, spec) for text in known}) < 2:
        return
    records = sum(labels[text] for text in other)
    shown = known + [text if _SMALL.fullmatch(text) else kind_of(text) for text in other]
    raise Refused(
        "guards.quality.task",
        f"the labels are {_quoted(shown)}: more than the two classes of a binary task, "
        f"which would leave out {records:,} records",
        "Set task multiclass, or name the one label that counts as 1 in positive_label",
    )


def _check_occurs(texts: Sequence[str], spec: QualityGuardSpec) -> None:
    """Return when the positive label is one of the set's."""
    if any(binary_value(text, spec) == 1 for text in texts):
        return
    near = [text for text in texts if _folded(text) == _folded(spec.positive_label)]
    problem = f"the positive label `{spec.positive_label}` is on no record"
    if not near:
        problem += f"; {len(texts):,} other labels are"
    raise Refused(
        "guards.quality.positive_label",
        problem + "".join(f", `{text}` is" for text in near[:1]),
        "Write it as the labels are written",
    )


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts[:_SHOWN]) + ", ..." * (len(texts) > _SHOWN)
