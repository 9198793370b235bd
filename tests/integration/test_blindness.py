"""Ten minutes in which nobody sees everything, on the deployed application, and what is told."""

from collections.abc import Callable
from typing import Any

import pytest

from emulator.calls import Call, Proceed
from tests.integration.stage import Stage


def refusing(code: str, message: str) -> Callable[[Call, Proceed], Any]:
    """Return a hook under which the collector's metrics are refused so."""

    def hook(call: Call, proceed: Proceed) -> Any:
        if call.name == "cloudwatch:GetMetricData" and "Collector" in (call.function or ""):
            raise call.error(code, message)
        return proceed()

    return hook


@pytest.mark.parametrize(
    ("code", "message", "remedy"),
    [
        ("ThrottlingException", "Rate exceeded", "ask for a higher quota of GetMetricData"),
        ("AccessDenied", "User: collector is not authorized", "Allow cloudwatch:GetMetricData"),
    ],
)
def test_metrics_that_cannot_be_read_end_in_a_restore_that_says_so(
    code: str, message: str, remedy: str
) -> None:
    """The read, AWS's own name for it, since when, and what to do: in the verdict, in time in a
    message, and at the end.
    """
    with Stage() as stage:
        execution = stage.start()
        stage.reach("BAKING", 1)
        stage.emulator.calls.hooks.append(refusing(code, message))
        since = stage.emulator.clock.now()
        stage.emulator.run_minutes(5)
        answers = f"GetMetricData answers {code}: {message}"
        assert answers in stage.verdicts[-1].reason
        look = next(m for s, m in zip(stage.subjects, stage.messages, strict=True) if "look" in s)
        for part in (answers, remedy, "rollback --endpoint churn-prod", "taken back at"):
            assert part in look.message
        assert f"Blind since {since:%H:}" in look.message
        ended = stage.finish(execution, 30)
        assert ended["error"] == "RolledBack"
        assert "States." not in ended["cause"]
        for part in ("Ten minutes went by", answers, remedy):
            assert part in ended["cause"]
            assert part in stage.messages[-1].message
        assert stage.weights == {"v1": 1.0, "v2": 0.0}


def test_a_collector_that_is_off_is_told_as_that() -> None:
    """Nobody looked since then: the end says so, though nobody was there to write it down."""
    with Stage() as stage:
        execution = stage.start()
        stage.reach("BAKING", 1)
        stage.emulator.run_minutes(2)
        events = stage.client("events")
        for rule in events.list_rules()["Rules"]:
            if "Collector" in rule["Name"]:
                events.disable_rule(Name=rule["Name"])
        last = stage.emulator.clock.now()
        ended = stage.finish(execution, 30)
        assert (
            f"Nobody could look at endpoint churn-prod, its metrics and alarms since {last:%H}"
            in (ended["cause"])
        )
        assert "look at its schedule" in stage.messages[-1].message
        assert stage.weights == {"v1": 1.0, "v2": 0.0}
