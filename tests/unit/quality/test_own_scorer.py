"""A scorer of one's own decides, blindly; one that fails or answers nonsense is NO_DATA."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.evaluate import evaluate
from canary.labelled.own_scores import ScorerFailed, read_scores
from canary.ports.quality import Reply, ScorerBusy
from canaryctl.evaluate.scorer_function import FunctionScorer, load_scorer
from tests.unit.quality.variants import World, world

ARN = "arn:aws:lambda:us-east-1:123456789012:function:judge"
Items = Sequence[Mapping[str, Any]]


def text_world(folder: Path, quality: dict[str, float], count: int = 400, **spec: Any) -> World:
    """Return a world of texts whose quality between 0 and 1 is written in them."""

    def rule(variant: str, body: str) -> Reply:
        answer = {"generated_text": f"{body}: {quality[variant]}"}
        return Reply(json.dumps(answer).encode(), "application/json", variant)

    fields = {"task": "text", "scorer": ARN, "metrics": {"scorer": {"max_worse": 0.1}}} | spec
    return world(folder, {}, count=count, rule=rule, **fields)


def by_text(event: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the quality that is written in each answer."""
    return {"scores": [float(item["answer"].split(": ")[1]) for item in event["items"]]}


def evidence_of(here: World, function: Callable[..., object]) -> QualityEvidence:
    """Return the evidence with a function as scorer."""
    return evaluate(
        here.request(), replace(here.ports(), own_scorer=FunctionScorer(function, 30.0))
    )


@pytest.mark.parametrize(("canary", "label"), [(0.5, "FAIL"), (0.79, "PASS"), (0.95, "PASS")])
def test_its_scores_decide(tmp_path: Path, canary: float, label: str) -> None:
    """Worse by .3 fails, equal and better pass."""
    evidence = evidence_of(text_world(tmp_path, {"old": 0.8, "new": canary}), by_text)
    found = evidence.findings[0]
    assert (found.metric, found.label) == ("scorer", label)
    assert found.canary == pytest.approx(canary)


@pytest.mark.parametrize(
    ("score", "label", "told"),
    [
        (0.5, "NO_DATA", "the scorer gives 0.5 to every answer"),
        (1.0, "PASS", "The scorer gives 1 to every answer of both variants."),
        (0.0, "NO_DATA", "as bad as can be"),
    ],
)
def test_a_scorer_that_tells_no_answer_from_another_is_noticed(
    tmp_path: Path, score: float, label: str, told: str
) -> None:
    """One score for all is a scorer that fell back on it; all the best may be deserved."""
    here = text_world(tmp_path, {"old": 0.8, "new": 0.6})
    found = evidence_of(here, lambda event: {"scores": [score] * len(event["items"])}).findings[0]
    assert found.label == label
    assert told in found.reason


def test_what_is_not_checked_of_a_scorer_is_told(tmp_path: Path) -> None:
    """Which mean chance would reach, only the scorer knows."""
    found = evidence_of(text_world(tmp_path, {"old": 0.8, "new": 0.9}), by_text).findings[0]
    assert "Not checked: whether the scorer tells good answers from bad ones" in found.reason


def test_it_is_not_told_which_variant_answered(tmp_path: Path) -> None:
    """Items hold label, answer and record; both variants come first about equally often."""
    seen: list[Mapping[str, Any]] = []

    def watching(event: Mapping[str, Any]) -> dict[str, list[float]]:
        seen.extend(event["items"])
        return by_text(event)

    here = text_world(tmp_path, {"old": 0.7, "new": 0.8})
    evidence_of(here, watching)
    assert {tuple(sorted(item)) for item in seen} == {("answer", "id", "label", "record", "score")}
    assert not any(name in json.dumps(seen) for name in ("old", "new", "baseline", "canary"))
    first = [item["answer"].split(": ")[1] for item in seen[::2]]
    assert 0.3 < first.count("0.8") / len(first) < 0.7


def test_equal_answers_are_scored_once(tmp_path: Path) -> None:
    """Two variants that say the same get the same score, whatever the scorer's mood."""
    moods = iter(range(10**6))

    def moody(event: Mapping[str, Any]) -> dict[str, list[float]]:
        return {"scores": [next(moods) % 7 / 7 for _ in event["items"]]}

    evidence = evidence_of(text_world(tmp_path, {"old": 0.8, "new": 0.8}), moody)
    assert (evidence.label, evidence.findings[0].drop) == ("PASS", 0)


def test_an_error_scores_nothing(tmp_path: Path) -> None:
    """A variant that fails is not asked about and counts 0."""
    here = text_world(tmp_path, {"old": 0.8, "new": 0.8})
    answer = here.invoker.rule

    def rule(variant: str, body: str) -> Any:
        return "" if variant == "new" and int(body) % 2 else answer(variant, body)

    here.invoker.rule = rule
    found = evidence_of(here, by_text).findings[0]
    assert found.label == "FAIL"
    assert found.baseline == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        ({"scores": [0.5]}, "gave 1 scores for"),
        ({"scores": "good"}, "not an object with a list"),
        ([0.5], "a list of 1"),
        (None, "null"),
        ({"scores": [math.nan] * 20}, "is no number"),
        ({"scores": [1.01] * 20}, "outside 0 to 1"),
        ({"scores": [-0.01] * 20}, "outside 0 to 1"),
        ({"scores": [True] * 20}, "is no number"),
        ({"error": "no credit left"}, "the scorer says that it failed"),
    ],
)
def test_nonsense_never_passes(tmp_path: Path, answered: object, said: str) -> None:
    """Too few scores, none, NaN, one beyond 1: NO_DATA, whatever the answers were."""
    evidence = evidence_of(text_world(tmp_path, {"old": 0.8, "new": 0.8}), lambda _: answered)
    assert evidence.label == "NO_DATA"
    assert said in evidence.findings[0].reason
    assert evidence.concluded


def test_its_own_words_are_in_the_notes_alone(tmp_path: Path) -> None:
    """What a scorer says may quote a record: people read it in the report, not in a message."""

    def failing(_: Any) -> None:
        raise ValueError("patient 17 is HIV positive")

    evidence = evidence_of(text_world(tmp_path, {"old": 0.8, "new": 0.8}), failing)
    assert "raised ValueError" in evidence.findings[0].reason
    assert "patient" not in evidence.findings[0].reason
    assert any("patient 17" in note.text for note in evidence.notes)


def test_a_later_failure_takes_a_pass_back(tmp_path: Path) -> None:
    """A scorer that breaks off half way leaves no verdict behind."""
    calls = iter(range(10**6))

    def breaking(event: Mapping[str, Any]) -> dict[str, list[float]]:
        return by_text(event) if next(calls) < 3 else {"scores": []}

    here = text_world(tmp_path, {"old": 0.7, "new": 0.8}, metrics={"scorer": {"max_worse": 0.02}})
    evidence = evidence_of(here, breaking)
    assert (evidence.label, evidence.findings[0].records) == ("NO_DATA", 0)


class Throttled:
    """Busy for some calls, then scores."""

    def __init__(self, times: int) -> None:
        self.left = times

    def score(self, items: Items) -> list[float]:
        """Return ones."""
        if self.left:
            self.left -= 1
            raise ScorerBusy("TooManyRequestsException")
        return [1.0] * len(items)


@pytest.mark.parametrize(("times", "label"), [(5, "PASS"), (10**6, "NO_DATA")])
def test_a_busy_scorer_is_asked_again_for_half_a_minute(
    tmp_path: Path, times: int, label: str
) -> None:
    """Throttling is waited for, and in the end told."""
    here = text_world(tmp_path, {"old": 0.8, "new": 0.9})
    evidence = evaluate(here.request(), replace(here.ports(), own_scorer=Throttled(times)))
    assert evidence.label == label
    assert label == "PASS" or "stayed busy (TooManyRequests" in evidence.findings[0].reason


def test_a_scorer_nobody_can_ask_is_refused(tmp_path: Path) -> None:
    """An evaluation without the port says so before it asks a model."""
    here = text_world(tmp_path, {"old": 0.8, "new": 0.8})
    with pytest.raises(Refused, match=r"guards\.quality\.scorer"):
        evaluate(here.request(), here.ports())
    assert here.invoker.calls == []


def test_a_continuation_goes_on_with_the_scores_it_has(tmp_path: Path) -> None:
    """Calls cut by time end in the finding one long call ends in, and no answer is scored twice."""
    scored: list[str] = []

    def counting(event: Mapping[str, Any]) -> dict[str, list[float]]:
        scored.extend(item["answer"] for item in event["items"])
        return by_text(event)

    whole = text_world(tmp_path, {"old": 0.8, "new": 0.78})
    cut = text_world(tmp_path, {"old": 0.8, "new": 0.78})
    cut.invoker.seconds_a_call, cut.limit_seconds = 0.5, 90.0
    expected, calls = evidence_of(whole, by_text), 1
    while not (found := evidence_of(cut, counting)).concluded:
        calls += 1
    assert calls > 1
    assert len(scored) == len(set(scored)) == 2 * found.findings[0].records
    assert found.label == expected.label == "PASS"
    assert found.findings[0].canary == pytest.approx(expected.findings[0].canary)


def test_a_file_holds_the_function(tmp_path: Path) -> None:
    """file.py:function is loaded; what is not there is refused."""
    path = tmp_path / "mine.py"
    path.write_text(
        "def handler(event, context):\n    return {'scores': [1] * len(event['items'])}\n"
    )
    assert load_scorer(f"{path}:handler", 30.0).score([{}, {}]) == [1.0, 1.0]
    for text, said in [
        (f"{path}:other", "no function 'other'"),
        (f"{tmp_path}/none.py:f", "no file"),
        ("handler", "no file"),
    ]:
        with pytest.raises(Refused, match=said):
            load_scorer(text, 30.0)
    path.write_text("raise RuntimeError('x')")
    with pytest.raises(Refused, match="cannot be read"):
        load_scorer(f"{path}:handler", 30.0)


def test_whole_numbers_are_scores() -> None:
    """0 and 1 are scores as .5 is."""
    assert read_scores({"scores": [0, 1, 0.5]}, 3) == [0.0, 1.0, 0.5]
    with pytest.raises(ScorerFailed, match="3 of 3"):
        read_scores({"scores": [0, 1, 7]}, 3)
