"""Latency, size and tokens of both variants on the same requests: told, and deciding when asked."""

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

from canary.domain.labelled.evidence import QualityEvidence, finding_of_quality
from canary.domain.labelled.side_by_side import Call, Measuring, as_told
from canary.flow.labelled.evaluate import evaluate
from canary.labelled.usage import tokens_in
from canary.ports.quality import Reply
from tests.unit.quality.variants import World, world


def timed(folder: Path, milliseconds: dict[str, float], count: int = 600, **spec: Any) -> World:
    """Return a world of variants that are right, each taking about so long, blurred alike by the
    request.
    """
    here: World

    def rule(variant: str, body: str) -> str:
        dice = random.Random(body)
        here.clock.seconds += milliseconds[variant] * dice.lognormvariate(0, 0.8) / 1_000
        return str(int(body) % 2)

    here = world(folder, {}, count=count, rule=rule, **spec)
    return here


def evaluated(here: World, **request: Any) -> QualityEvidence:
    """Return the evidence of the whole set."""
    return evaluate(here.request(stop_early=False, **request), here.ports())


def test_times_are_told_and_decide_nothing_unless_asked(tmp_path: Path) -> None:
    """A canary twice as slow passes on accuracy, with the ratio in the reason."""
    evidence = evaluated(timed(tmp_path, {"old": 40, "new": 80}))
    told = {one.figure: as_told(one) for one in evidence.measured}["milliseconds"]
    assert evidence.label == "PASS"
    assert told["ratio"]["median"] == pytest.approx(2, rel=0.02)
    assert told["ratio"]["low"] <= 2.02
    assert told["ratio"]["high"] >= 1.98
    assert told["canary"]["median"] == pytest.approx(2 * told["baseline"]["median"], rel=0.05)
    assert "milliseconds a request" in finding_of_quality(evidence).reason


@pytest.mark.parametrize(("canary_milliseconds", "label"), [(80, "FAIL"), (40, "PASS")])
def test_a_bounded_ratio_decides(tmp_path: Path, canary_milliseconds: float, label: str) -> None:
    """Beyond the margin is worse, equal passes, however much times vary from request to request."""
    here = timed(tmp_path, {"old": 40, "new": canary_milliseconds}, latency={"max_ratio": 1.5})
    found = next(f for f in evaluated(here).findings if f.metric == "latency")
    assert (found.label, "median ratio" in found.reason) == (label, True)


def test_who_is_asked_first_is_a_coin(tmp_path: Path) -> None:
    """About half of the requests go to the canary first, the same ones every time."""
    here = world(tmp_path, {}, count=400)
    evaluated(here)
    first = [variant for variant, _, _ in here.invoker.calls[::2]]
    assert 150 < first.count("new") < 250


def test_what_the_second_call_gains_is_in_neither_variants_favour(tmp_path: Path) -> None:
    """A cache that halves the second call's time leaves the median ratio of equal variants near 1
    and passes.
    """
    here: World
    asked: set[str] = set()

    def rule(_: str, body: str) -> str:
        here.clock.seconds += 0.02 if body in asked else 0.04
        asked.add(body)
        return str(int(body) % 2)

    here = world(tmp_path, {}, count=800, rule=rule, latency={"max_ratio": 2.5})
    found = next(f for f in evaluated(here).findings if f.metric == "latency")
    assert found.label == "PASS"


def test_an_answer_kept_from_before_tells_no_time(tmp_path: Path) -> None:
    """Without a call there is no figure, and nothing passes on none."""
    here = world(tmp_path, {}, count=200, latency={"max_ratio": 1.5})
    evidence = evaluated(here)  # a clock that stands still tells no time either
    found = next(f for f in evidence.findings if f.metric == "latency")
    assert (found.label, "no request was measured" in found.reason) == ("NO_DATA", True)
    assert evidence.label == "NO_DATA"


@pytest.mark.parametrize(
    ("document", "tokens"),
    [
        ({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 12}}, 12),
        ({"content": [], "usage": {"input_tokens": 9, "output_tokens": 7}}, 7),
        ([{"generated_text": "x", "details": {"generated_tokens": 3}}], 3),
        ({"usage": {"completion_tokens": True}}, None),
        ({"usage": "much"}, None),
        ({"score": 0.5}, None),
    ],
)
def test_tokens_are_read_where_the_answer_counts_them(document: Any, tokens: int | None) -> None:
    """OpenAI, Anthropic and TGI say how many tokens an answer took."""
    assert tokens_in(json.dumps(document).encode()) == tokens


def test_tokens_are_compared(tmp_path: Path) -> None:
    """A canary that talks twice as much is told, and fails where tokens are bounded."""

    def rule(variant: str, body: str) -> Reply:
        usage = {"completion_tokens": (20 if variant == "new" else 10) + int(body) % 3}
        answer = {"score": int(body) % 2, "usage": usage}
        return Reply(json.dumps(answer).encode(), "application/json", variant)

    here = world(tmp_path, {}, count=200, rule=rule, answer="score", tokens={"max_ratio": 1.5})
    found = next(f for f in evaluated(here).findings if f.metric == "tokens")
    assert (found.label, found.canary) == ("FAIL", pytest.approx(21, rel=0.06))


def test_figures_go_on_where_they_stopped() -> None:
    """What was measured before and after a continuation is what one long call measures."""
    dice = random.Random(4)
    calls = [(Call(dice.expovariate(0.1), 10), Call(dice.expovariate(0.1), 12)) for _ in range(200)]
    whole, first = Measuring(()), Measuring(())
    for pair in calls:
        whole.add(*pair)
    for pair in calls[:80]:
        first.add(*pair)
    second = Measuring(first.measured())
    for pair in calls[80:]:
        second.add(*pair)
    assert second.measured() == whole.measured()


def test_quantiles_are_within_one_percent() -> None:
    """Medians and 95th percentiles from bins are near those of the values."""
    dice, measuring = random.Random(5), Measuring(())
    times = [dice.lognormvariate(3, 1) for _ in range(2_001)]
    for value in times:
        measuring.add(Call(value, 1), Call(1.0, 1))
    told = as_told(next(m for m in measuring.measured() if m.figure == "milliseconds"))
    ordered = sorted(times)
    assert told["baseline"]["median"] == pytest.approx(ordered[1_000], rel=0.0101)
    assert told["baseline"]["p95"] == pytest.approx(
        ordered[math.ceil(0.95 * 2_001) - 1], rel=0.0101
    )
