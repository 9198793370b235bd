"""`canaryctl forecast`: every step and guard, and a warning with numbers and remedies where a step
cannot conclude.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from canary.domain.plan.forecast import forecast
from canary.domain.plan.spec import read_spec
from canaryctl.forecast import assume, forecast_command

SPEC = {"endpoint": "churn-prod", "canary": "Variant2"}


def run(tmp_path: Path, *more: str, spec: dict[str, Any] | None = None, code: int = 0) -> str:
    """Return what the command prints, on both streams where a spec is given."""
    app = typer.Typer()
    app.command()(forecast_command)
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(spec or SPEC))
    result = CliRunner().invoke(app, ["--spec", str(path), *more])
    assert result.exit_code == code, result.output
    return result.output if spec and "--json" not in more else result.stdout


def test_every_live_step_and_guard_is_forecast(tmp_path: Path) -> None:
    """Default steps below 100%, two guards each."""
    lines = [
        json.loads(one)
        for one in run(tmp_path, "--requests-per-second", "100", "--json").splitlines()
    ]
    assert [(x["share"], x["guard"]) for x in lines] == [
        (share, guard) for share in (0.05, 0.25, 0.5) for guard in ("errors", "slow_requests")
    ]
    assert all(x["conclusive"] for x in lines)


def test_too_little_traffic_is_said_in_numbers(tmp_path: Path) -> None:
    """One request in ten seconds cannot conclude: needed and available requests, and what to do."""
    text = run(tmp_path, "--requests-per-second", "0.1", "--error-rate", "0.01")
    assert "cannot conclude on errors" in text
    assert "canary requests, traffic yields" in text
    assert "lengthen the bake" in text


def test_bursty_guard_is_offered_a_margin_it_can_keep() -> None:
    """A slow guard that bursts cannot show 1.3x; the warning proposes a wider one."""
    plan = assume(read_spec(SPEC), 1000, {"errors": 0.001, "slow_requests": 0.05}, burstiness=0.25)
    last = [step for step in forecast(plan) if step.guard == "slow_requests"][-1]
    assert last.warning is not None
    assert "widen the margin to" in last.warning


def test_unknown_traffic_is_not_forecast() -> None:
    """A plan that never saw a request says nothing."""
    plan = assume(read_spec(SPEC), 0, {"errors": 0.001, "slow_requests": 0.05})
    assert forecast(plan) == ()


SALES = {
    "name": "sales",
    "good": {
        "namespace": "Shop",
        "metric": "Sales",
        "dimensions": {"Endpoint": "${endpoint}", "Variant": "${variant}"},
    },
    "of": "requests",
}


def test_a_guard_of_ones_own_is_forecast_at_its_rate(tmp_path: Path) -> None:
    """Of good events twice as bad means half of them; a wider loss is seen sooner."""
    spec = {**SPEC, "guards": {"slow_requests": None, "counts": [SALES]}}
    more = ("--requests-per-second", "100", "--rate", "sales=0.03", "--json")
    lines = [json.loads(one) for one in run(tmp_path, *more, spec=spec).splitlines()]
    sales = [line for line in lines if line["guard"] == "sales"]
    assert [line["share"] for line in sales] == [0.05, 0.25, 0.5]
    assert all(line["conclusive"] for line in sales)
    assert 3 < sales[0]["twice_as_bad_minutes"] < 30
    ratios = [line["smallest_ratio"] for line in sales]
    assert ratios == sorted(ratios, reverse=True)
    assert all(1.05 < ratio < 2 for ratio in ratios)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ("sales", "is not NAME=FRACTION"),
        ("returns=0.1", "the spec has sales"),
        ("sales=3", "between 0 and 1"),
    ],
)
def test_a_rate_that_belongs_to_no_guard_is_refused(tmp_path: Path, rate: str, words: str) -> None:
    """What was meant is not guessed."""
    spec = {**SPEC, "guards": {"counts": [SALES]}}
    text = run(tmp_path, "--requests-per-second", "100", "--rate", rate, spec=spec, code=2)
    assert words in text.lower() or words in text


def test_a_guard_without_a_rate_is_said_to_be_left_out(tmp_path: Path) -> None:
    """Nothing is assumed of it."""
    spec = {**SPEC, "guards": {"counts": [{**SALES, "judged_by": "good"}]}}
    text = run(tmp_path, "--requests-per-second", "100", spec=spec)
    assert "Nothing is known of sales: give --rate sales=FRACTION." in text


def test_the_threshold_is_told_or_how_it_is_learnt(tmp_path: Path) -> None:
    """Nobody asks a forecast what "slow" means."""
    assert "median of the baseline's p95" in run(tmp_path, "--requests-per-second", "100")
    given = {**SPEC, "guards": {"slow_requests": {"threshold_ms": 200}}}
    text = run(tmp_path, "--requests-per-second", "100", spec=given)
    assert "slow_requests: over 200 ms." in text


def test_a_baseline_without_errors_has_no_double_and_no_multiple(tmp_path: Path) -> None:
    """What would be seen is a rate of the canary's own."""
    traffic = ("--requests-per-second", "100", "--error-rate", "0")
    errors = json.loads(run(tmp_path, *traffic, "--json").splitlines()[0])
    assert errors["smallest_ratio"] is errors["twice_as_bad_minutes"] is None
    assert 0 < errors["smallest_rate"] < 0.01
    text = run(tmp_path, *traffic)
    assert "never" not in text
    assert "none" not in text


@pytest.mark.parametrize("rate", ["0.6", "0.99", "1"])
def test_nothing_is_twice_as_bad_as_most_requests(tmp_path: Path, rate: str) -> None:
    """And what no canary could be beyond is said as a sentence."""
    traffic = ("--requests-per-second", "100", "--error-rate", rate)
    errors = json.loads(run(tmp_path, *traffic, "--json").splitlines()[0])
    assert errors["twice_as_bad_minutes"] is None
    assert ("never takes the canary back" in run(tmp_path, *traffic)) == (rate != "0.6")
