"""Answers of several parts over whole evaluations: names and items that no label has cost a
baseline what it would have been right on, and let no worse canary pass.
"""

from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.plausibility.parts import held
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec
from tests.unit.quality.test_blind_baseline import COUNT, evaluated, rng

KINDS = ("PER", "LOC", "ORG")
SPANS: list[Any] = [[[0, 4, KINDS[n % 3]], [9, 14, KINDS[(n + 1) % 3]]] for n in range(COUNT)]
SETS = [sorted(rng("set", n).sample("abcd", 1 + n % 3)) for n in range(COUNT)]
GAINS = [{f"d{k}": rng("gain", n, k).choice([1, 2, 3]) for k in range(5)} for n in range(COUNT)]


def is_right(variant: str, n: int, canary: float = 0.6) -> bool:
    """Return whether a variant is right on a record."""
    return rng("right", variant, n).random() < (0.9 if variant == "old" else canary)


def found_in(n: int, *, right: bool) -> list[list[Any]]:
    """Return a record's entities; beside their places where they are not right."""
    return [[start + (not right), end, kind] for start, end, kind in SPANS[n]]


def renamed(n: int, variant: str, share: float) -> list[list[Any]]:
    """Return entities whose PER both variants call PERSON on a share of records; the canary never
    finds it there.
    """
    foreign = rng("named", n).random() < share
    told = found_in(n, right=rng("right", n).random() < 0.9)
    if not foreign:
        return told
    lost = 50 if variant == "new" else 0
    return [
        [start + lost, end + lost, "PERSON"] if kind == "PER" else [start, end, kind]
        for start, end, kind in told
    ]


def test_a_type_of_another_name_is_refused_with_the_keys_that_say_which(tmp_path: Path) -> None:
    """Both variants say PERSON for PER, so that neither is right on it."""
    with pytest.raises(Refused) as refused:
        evaluated(tmp_path, SPANS, lambda v, n: renamed(n, v, 1.0), task="entities")
    told = str(refused.value)
    assert "(LOC, ORG, PER)" in told
    assert "--label-map" in told
    assert "--classes LOC,ORG,PER" in told
    assert "PERSON" not in told


def test_a_type_of_another_name_counts_once_it_is_mapped(tmp_path: Path) -> None:
    """The canary that finds no PERSON is worse."""
    rules = {"label": "predictions[0]", "label_map": {"PERSON": "PER"}}
    found = evaluated(
        tmp_path, SPANS, lambda v, n: renamed(n, v, 1.0), task="entities", answer=rules
    )
    assert found.label == "FAIL"
    assert found.contract is not None
    assert "1 names mapped" in found.contract.told


def test_types_that_the_set_has_none_of_may_be_named(tmp_path: Path) -> None:
    """With all there are in `classes` they are mistakes, as a person says they are."""
    kinds = [*KINDS, "PERSON"]
    found = evaluated(
        tmp_path, SPANS, lambda v, n: renamed(n, v, 1.0), task="entities", classes=kinds
    )
    assert found.label == "PASS"


@pytest.mark.parametrize(("who", "label"), [("new", "FAIL"), ("neither", "PASS")])
def test_an_entity_told_again_is_wrong(tmp_path: Path, who: str, label: str) -> None:
    """The canary finds what the baseline finds and repeats each of them."""

    def rule(variant: str, n: int) -> list[list[Any]]:
        told = found_in(n, right=rng("right", n).random() < 0.9)
        return told * 4 if variant == who else told

    assert evaluated(tmp_path, SPANS, rule, task="entities").label == label


def test_a_few_foreign_names_later_on_let_nothing_pass(tmp_path: Path) -> None:
    """Too few to be seen among the first answers, and more than one in a hundred of all."""

    def rule(variant: str, n: int) -> list[str]:
        told = SETS[n] if is_right(variant, n, 0.9) else ["a"]
        return [f"{name}_" if rng(n, name).random() < 0.04 else name for name in told]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("canary.labelled.answers.agreement.MOST_STRANGE", 0.5)
        found = evaluated(tmp_path, SETS, rule, task="multilabel")
    assert found.label == "NO_DATA"
    assert "names in the baseline's answers are in no label of the set" in found.findings[0].reason
    assert "label_map" in found.findings[0].reason


def test_a_rare_foreign_name_changes_nothing(tmp_path: Path) -> None:
    """One in a thousand names, and the same models."""

    def rule(_: str, n: int) -> list[str]:
        return ["zz"] if n % 500 == 499 else SETS[n] if n % 10 else ["a"]

    assert evaluated(tmp_path, SETS, rule, task="multilabel").label == "PASS"


def test_a_canary_that_makes_names_up_is_worse(tmp_path: Path) -> None:
    """It says all of the set's names too, so that the others stand for none of them."""

    def rule(variant: str, n: int) -> list[str]:
        return SETS[n] if variant == "old" or n % 2 else [f"made up {n % 50}"]

    found = evaluated(tmp_path, SETS, rule, task="multilabel")
    assert found.label == "FAIL"


@pytest.mark.parametrize("separator", [";", "|", " ", " / "])
def test_a_separator_splits_labels_and_answers_alike(tmp_path: Path, separator: str) -> None:
    """A canary wrong on the records of several labels is worse, and said to be read split."""

    def rule(variant: str, n: int) -> str:
        right = variant == "old" or len(SETS[n]) == 1
        return separator.join(SETS[n] if right else sorted(set("abcd") - set(SETS[n])))

    labels = [separator.join(one) for one in SETS]
    found = evaluated(tmp_path, labels, rule, task="multilabel", label_separator=separator)
    assert found.label == "FAIL"
    assert found.contract is not None
    assert f"split at {separator!r}" in found.contract.told


def test_labels_in_one_text_are_refused_without_a_separator(tmp_path: Path) -> None:
    """With the separator that fits the set's names."""
    with pytest.raises(Refused, match='--label-separator ";"'):
        evaluated(tmp_path, SETS, lambda _, n: ";".join(SETS[n]), task="multilabel")
    with pytest.raises(Refused, match='--label-separator ";"'):
        evaluated(tmp_path, SETS, lambda _, n: [";".join(SETS[n])], task="multilabel")


def scores(variant: str, n: int) -> dict[str, float]:
    """Return scores by item, of which the canary turns two round."""
    noisy = {item: gain + rng(n, item).gauss(0, 0.4) for item, gain in GAINS[n].items()}
    return noisy | ({"d3": -noisy["d3"], "d4": -noisy["d4"]} if variant == "new" else {})


def as_other(item: str, kind: str) -> str:
    """Return an item under another name."""
    if item < "d3":
        return item
    return {"case": item.upper(), "spaces": f" {item}", "other": f"doc-{ord(item[-1])}"}[kind]


@pytest.mark.parametrize("kind", ["case", "spaces", "other"])
def test_items_under_other_names_are_refused(tmp_path: Path, kind: str) -> None:
    """Both variants name two of five items otherwise; what is in no label would be irrelevant."""

    def rule(variant: str, n: int) -> dict[str, float]:
        return {as_other(item, kind): score for item, score in scores(variant, n).items()}

    with pytest.raises(Refused) as refused:
        evaluated(tmp_path, GAINS, rule, task="ranking")
    told = str(refused.value)
    assert "--ranks-catalogue" in told
    assert ("but for case, spaces and marks" in told) == (kind != "other")


@pytest.mark.parametrize(("kind", "refused"), [("case", True), ("other", False)])
def test_items_of_a_catalogue_are_irrelevant_unless_spelled_alike(
    tmp_path: Path, kind: str, *, refused: bool
) -> None:
    """What a spec says of a catalogue speaks of other items, not of other spellings."""

    def rule(_: str, n: int) -> dict[str, float]:
        return {as_other(item, kind): score for item, score in scores("old", n).items()}

    def asked() -> str:
        return evaluated(tmp_path, GAINS, rule, task="ranking", ranks_catalogue=True).label

    if refused:
        with pytest.raises(Refused, match="other names"):
            asked()
    else:
        assert asked() == "PASS"


def test_items_beside_those_of_the_label_need_no_key(tmp_path: Path) -> None:
    """A catalogue whose answers have every relevant item can be read in one way alone."""

    def rule(variant: str, n: int) -> dict[str, float]:
        return scores(variant, n) | {f"more{k}": rng(n, k).gauss(0, 1) for k in range(5)}

    found = evaluated(tmp_path, GAINS, rule, task="ranking")
    assert found.label == "FAIL"
    assert found.contract is not None
    assert "an item that no label names is irrelevant" in found.contract.told


def test_relevant_items_left_out_are_counted_and_told(tmp_path: Path) -> None:
    """The canary answers its two best of five."""

    def rule(variant: str, n: int) -> dict[str, float]:
        best = sorted(scores("old", n).items(), key=lambda one: -one[1])
        return dict(best if variant == "old" else best[:2])

    reason = evaluated(tmp_path, GAINS, rule, task="ranking").findings[0].reason
    assert "(60.0%) are missing from the answers of new, and rank last there" in reason


@pytest.mark.parametrize(
    ("labels", "rule"),
    [
        ([[1, 0, 2]] * COUNT, lambda _, n: [n + 0.5, 1.0]),
        ([[1, 0, 2]] * COUNT, lambda _, n: ["x", "y", str(n)]),
        ([{"x": 1, "y": 2}] * COUNT, lambda _, n: [float(n), 0.5]),
    ],
    ids=["too few", "names beside a list", "a list beside names"],
)
def test_a_baseline_that_does_not_score_the_labels_items_is_refused(
    tmp_path: Path, labels: list[Any], rule: Any
) -> None:
    """It can only be wrong, as a canary like it is."""
    with pytest.raises(Refused, match="one score for each of the label's items"):
        evaluated(tmp_path, labels, rule, task="ranking")


def test_a_name_of_the_record_itself_is_no_foreign_one() -> None:
    """A rare one that the first records of a large set have not."""
    spec = QualityGuardSpec(labelled_set="set.csv", task="multilabel")
    answer = Prediction('["a","rare","zz"]')
    assert held('["rare"]', answer, spec, {"a"}).strange == 1


def test_what_cannot_be_read_is_no_data_with_the_keys_of_the_task(tmp_path: Path) -> None:
    """Where no place in the answers can be told either."""
    reason = evaluated(tmp_path, SETS, lambda _, n: n, task="multilabel").findings[0].reason
    assert all(key in reason for key in ("--answer", "--classes", "--label-separator"))
