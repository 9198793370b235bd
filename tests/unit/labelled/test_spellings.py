"""Labels in two spellings, and more labels than a task has: told, or refused with both."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.labelled.layout import MISSING
from canary.labelled.spellings import check_spellings, spellings_told
from tests.unit.labelled.readings import guard

MULTI: dict[str, Any] = {"task": "multiclass"}
YES: dict[str, Any] = {"positive_label": "yes"}


def check(labels: tuple[str, ...], **fields: Any) -> None:
    """Check labels that are on ten records each."""
    check_spellings(dict.fromkeys(labels, 10), guard(**fields), MISSING, whole=True)


@pytest.mark.parametrize(
    ("labels", "fields", "told"),
    [
        (("Yes", "yes", "no"), YES, "`Yes`, `yes`"),
        (("Cat", "cat", "dog"), MULTI, "`Cat`, `cat`"),
        (("very good", "very  good", "bad"), MULTI, "`very  good`, `very good`"),
        (("01", "1", "2"), MULTI, "`01`, `1`"),
        (("1E2", "100", "2B"), MULTI, "`100`, `1E2`"),
        (("0", "1", "2"), {}, "`0`, `1`, `2`"),
        (("0", "1", "maybe"), {}, "text of 5 characters"),
        (("Yes", "No"), YES, "`yes` is on no record, `Yes` is"),
        (("ja", "nein"), YES, "`yes` is on no record; 2 other labels are"),
    ],
)
def test_what_may_be_one_label_or_two_is_refused(
    labels: tuple[str, ...], fields: dict[str, Any], told: str
) -> None:
    """Neither reading is chosen in silence."""
    with pytest.raises(Refused) as refused:
        check(labels, **fields)
    assert told in refused.value.problem


@pytest.mark.parametrize(
    ("labels", "fields"),
    [
        (("A", "a", "b"), {**MULTI, "classes": ("A", "a", "b")}),
        (("1", "1.0", "2"), MULTI),
        (("ja", "nein"), MULTI),
        (("spam", "ham", "promo"), {"positive_label": "spam"}),
        (("True", "False"), {"positive_label": "true"}),
        (("Yes", "yes", "no"), {}),
        (("0", "1", ""), {}),
        (("gr\u00f6n", "gro\u0308n", "bl\u00e5"), MULTI),
    ],
)
def test_labels_that_are_written_in_one_way_or_named_are_taken(
    labels: tuple[str, ...], fields: dict[str, Any]
) -> None:
    """Letters that differ in case are two classes where `classes` names both."""
    check(labels, **fields)


def test_classes_do_not_keep_two_spellings_of_a_number_apart() -> None:
    """Numbers are compared as numbers, so the set has to change."""
    with pytest.raises(Refused) as refused:
        check(("01", "1"), **MULTI, classes=("01", "1"))
    assert refused.value.remedy == "Write each label in one way in the set"


def test_one_stray_label_is_no_third_class() -> None:
    """A single record of another label stays unusable, and told."""
    check_spellings({"0": 50, "1": 50, "x": 1}, guard(), MISSING, whole=True)


def test_labels_read_as_one_are_told() -> None:
    """What only computers tell apart is one label, with a word said."""
    (told,) = spellings_told({"1": 3, "1.0": 2, "2": 4}, guard(**MULTI))
    assert told.startswith("5 records have one label in 2 spellings")
    assert spellings_told({"Yes": 1, "yes": 1, "no": 1}, guard())
    assert not spellings_told({"yes": 1, "no": 1}, guard())
