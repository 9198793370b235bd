"""`canaryctl forecast`: every step and guard, and a warning with numbers and remedies where a step
cannot conclude.
"""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from canary.domain.plan.forecast import forecast
from canary.domain.plan.spec import read_spec
from canaryctl.forecast import assume, forecast_command

SPEC = {"endpoint": "churn-prod", "canary": "Variant2"}


def run(tmp_path: Path, *more: str) -> str:
    """Return what the command prints."""
    app = typer.Typer()
    app.command()(forecast_command)
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(SPEC))
    result = CliRunner().invoke(app, ["--spec", str(path), *more])
    assert result.exit_code == 0, result.output
    return result.stdout


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
