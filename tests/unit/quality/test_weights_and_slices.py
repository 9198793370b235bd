"""Records that count more, slices that must pass too, and metrics that fit the data."""

import csv
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from canary.domain.errors import Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.scores.beginning import first_evidence
from canary.labelled.records import RecordFile
from tests.unit.quality.variants import RuleInvoker, SleptClock, World

Row = tuple[Any, ...]


def evidence_of(
    folder: Path, rows: list[Row], wrong: Callable[[str, int], bool], **spec: Any
) -> QualityEvidence:
    """Return the evidence on a set of (label, number, ...) rows whose variants are wrong by a
    rule of variant and number.
    """
    path = folder / "set.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    labels = {int(row[1]): int(row[0]) for row in rows}

    def answer(variant: str, body: str) -> str:
        number = int(body.split(",", maxsplit=1)[0])
        return str(1 - labels[number] if wrong(variant, number) else labels[number])

    clock = SleptClock()
    fields = {"concurrency": 1, "max_requests_per_second": 1_000.0} | spec
    guard = QualityGuardSpec(labelled_set=str(path), **fields)
    here = World(guard, RuleInvoker(answer, clock), clock)
    return evaluate(here.request(stop_early=False), here.ports())


def test_a_weighted_mean_is_what_is_shown_and_judged(tmp_path: Path) -> None:
    """A canary wrong on a tenth of the records, which carry most of the weight, is worse by more
    than a tenth.
    """
    rows = [(n % 2, n, 50.0 if n % 10 == 0 else 1.0) for n in range(2_000)]
    found = evidence_of(
        tmp_path,
        rows,
        lambda variant, n: variant == "new" and n % 20 == 0,
        weight_column=2,
        metrics={"accuracy": {"max_worse": 0.1}},
    )
    finding = found.findings[0]
    lost = sum(w for _, n, w in rows if n % 20 == 0) / sum(w for _, _, w in rows)
    assert (finding.label, finding.drop) == ("FAIL", pytest.approx(lost))
    assert (found.weight_scale, finding.records) == (50.0, 2_000)


def test_weights_beyond_their_cap_count_as_that(tmp_path: Path) -> None:
    """One record of a huge weight does not take the evidence of all others away."""
    rows = [(n % 2, n, 1e9 if n == 7 else 1.0) for n in range(600)]
    found = evidence_of(tmp_path, rows, lambda *_: False, weight_column=2, weight_cap=1.0)
    assert found.findings[0].label == "PASS"


def test_a_weight_that_is_none_is_an_unusable_row(tmp_path: Path) -> None:
    """Text, a negative number and infinity are told by row; all weights 0 are refused."""
    rows = [(n % 2, n, {3: "much", 4: -1, 5: "inf"}.get(n, 1)) for n in range(60)]
    found = evidence_of(tmp_path, rows, lambda *_: False, weight_column=2)
    assert found.counts.unusable_rows == 3
    assert any("weight" in note.text for note in found.notes)
    rows = [(n % 2, n, 1 if n % 4 < 2 else -1) for n in range(60)]
    with pytest.raises(Refused, match="30 of 60 weights cannot be used"):
        evidence_of(tmp_path, rows, lambda *_: False, weight_column=2)
    with pytest.raises(Refused, match="every weight is 0"):
        evidence_of(tmp_path, [(n % 2, n, 0) for n in range(60)], lambda *_: False, weight_column=2)


def test_a_slice_that_went_down_stops_what_is_better_on_average(tmp_path: Path) -> None:
    """Fewer errors overall do not excuse a segment that lost; alpha is shared by both tests."""
    rows = [(n % 2, n, "south" if n % 5 == 0 else "north") for n in range(2_000)]

    def wrong(variant: str, n: int) -> bool:
        south = n % 5 == 0
        return n % 3 == 0 if (variant == "new") == south else n % 30 == 1

    found = evidence_of(
        tmp_path,
        rows,
        wrong,
        slice_column=2,
        metrics={"accuracy": {"max_worse": 0.02}},
        slices={"south": {"accuracy": {"max_worse": 0.1}}},
    )
    overall, south = found.findings
    assert (overall.slice, overall.answer) == (None, "better")
    assert (south.slice, south.label, south.records) == ("south", "FAIL", 400)
    assert south.log_roll_back_threshold == pytest.approx(math.log(2 / 0.025))
    assert "accuracy in 'south'" in south.reason
    assert found.label == "FAIL"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("nort", "Did you mean 'north'?"),
        ("north ", "Did you mean 'north'?"),
        ("North", "Did you mean 'north'?"),
        ("east", "Write it as the column does"),
    ],
)
def test_a_slice_that_no_record_is_in_is_refused_before_any_model_is_asked(
    tmp_path: Path, name: str, meant: str
) -> None:
    """A misspelled slice neither passes by silence nor costs the answers of the whole set."""
    rows = [(n % 2, n, "north") for n in range(600)]
    slices = {name: {"accuracy": {"max_worse": 0.1}}}
    asked = list[int]()

    def wrong(_: str, n: int) -> bool:
        asked.append(n)
        return False

    with pytest.raises(Refused, match=re.escape(meant)) as refused:
        evidence_of(tmp_path, rows, wrong, slice_column=2, slices=slices)
    assert refused.value.field == "guards.quality.slices"
    assert not asked


def test_a_rare_class_is_decided_by_recall_and_specificity(tmp_path: Path) -> None:
    """A canary that never finds 2% positives is 98% accurate, and fails."""
    rows = [(int(n % 50 == 0), n) for n in range(6_000)]
    found = evidence_of(tmp_path, rows, lambda variant, n: variant == "new" and n % 50 == 0)
    assert [f.metric for f in found.findings] == ["recall", "specificity"]
    assert [f.label for f in found.findings] == ["FAIL", "PASS"]
    assert any("recall and specificity decide" in note.text for note in found.notes)


@pytest.mark.parametrize(("every", "metrics"), [(2, ["accuracy"]), (50, ["recall", "specificity"])])
def test_one_class_among_thousands_is_counted_wherever_it_comes(
    tmp_path: Path, every: int, metrics: list[str]
) -> None:
    """A positive label that is first seen behind a thousand others is as common as it is."""
    path = tmp_path / "set.csv"
    rows = ["cat,1\n" if n > 2_000 and n % every == 0 else f"c{n},1\n" for n in range(9_000)]
    path.write_text("".join(rows))
    guard = QualityGuardSpec(labelled_set=str(path), positive_label="cat")
    clock = SleptClock()
    request = World(guard, RuleInvoker(lambda *_: "1", clock), clock).request()
    with RecordFile(path, guard) as records:
        found = first_evidence(request, "v1", records)
    assert [state.metric for state in found.states] == metrics


def test_a_named_metric_decides_on_a_rare_class_too(tmp_path: Path) -> None:
    """What the spec names is not overruled."""
    rows = [(int(n % 50 == 0), n) for n in range(1_000)]
    metrics = {"accuracy": {"max_worse": 0.02}}
    found = evidence_of(tmp_path, rows, lambda *_: False, metrics=metrics)
    assert [f.metric for f in found.findings] == ["accuracy"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"task": "regression"}, "absolute_error, relative_error or squared_error"),
        ({"task": "text"}, "one or more of exact, token_f1, rouge_l"),
        ({"task": "custom"}, "scorer"),
        ({"metrics": {"precision": {"max_worse": 0.1}}}, "specificity stands in"),
        ({"metrics": {"f1": {"max_worse": 0.1}}}, "recall and specificity together"),
        ({"task": "regression", "metrics": {"rmse": {"max_worse": 0.1}}}, "squared_error stands"),
        ({"metrics": {"accuracy": {"max_worse": 2}}}, "share of at most 1"),
        ({"metrics": {"accuracy": {"max_worse": 0.1, "cap": 1}}}, "takes no cap"),
        ({"metrics": {"scorer": {"max_worse": 0.1}}}, "cannot decide"),
        ({"metrics": {"cost": {"max_worse": 0.1}}}, "needs costs"),
        ({"slices": {"a": {"accuracy": {"max_worse": 0.1}}}}, "slice_column"),
        ({"latency": {"max_ratio": 1.5, "tolerance": 2}}, "below max_ratio"),
        (
            {"costs": {"0": {"1": 1}, "1": {}}, "metrics": {"cost": {"max_worse": 0.1}}},
            "lack decision '0'",
        ),
        (
            {"costs": {"a": {"b": 1}, "b": {"a": 1}}, "metrics": {"cost": {"max_worse": 0.1}}},
            "one of them positive_label",
        ),
    ],
)
def test_what_cannot_decide_is_refused_with_the_choice(fields: dict[str, Any], said: str) -> None:
    """The message names what stands in for it, or what is missing."""
    with pytest.raises(ValidationError, match=said):
        QualityGuardSpec(labelled_set="set.csv", **fields)


def test_a_slice_that_the_baseline_is_blind_to_does_not_pass(tmp_path: Path) -> None:
    """To be no worse than wrong on every record of it says nothing; to be better does."""
    rows = [(n % 2, n, "south" if n % 4 == 0 else "north") for n in range(1_200)]
    slices = {"south": {"accuracy": {"max_worse": 0.1}}}
    for right, label in (((), "NO_DATA"), (("new",), "PASS")):

        def wrong(variant: str, number: int, right: tuple[str, ...] = right) -> bool:
            return number % 4 == 0 and variant not in right

        found = evidence_of(tmp_path, rows, wrong, slice_column=2, slices=slices)
        of_south = next(one for one in found.findings if one.slice == "south")
        assert of_south.label == label
        assert ("as bad as can be on all" in of_south.reason) is not bool(right)
