"""Told means delivered as far as AWS lets one know: where nobody is subscribed, everything that
speaks says so; where nobody need be, nothing does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from canaryctl.app import app
from canaryctl.operate.options import Time
from demo.account import ON_CALL, STACK
from emulator.calls import Call, Proceed
from tests.integration.stage import ENDPOINT, Stage

SPEC = {"endpoint": ENDPOINT, "canary": "v2", "watch_minutes": 5}
ALARM = f"{STACK}-nobody-subscribed"


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stack whose one subscriber never confirmed, with roles enforced."""
    yield from _stage(monkeypatch, NotificationEmail="new@example.org")


@pytest.fixture
def events_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stack that nobody need be subscribed to."""
    yield from _stage(monkeypatch, NotificationEmail="", SubscribersExpected="no")


def _stage(monkeypatch: pytest.MonkeyPatch, **parameters: str) -> Iterator[Stage]:
    with Stage(parameters=parameters, enforce_iam=True) as stage:
        monkeypatch.setenv("AWS_DEFAULT_REGION", stage.emulator.place.region)
        yield stage


def canaryctl(stage: Stage, *arguments: str, stdin: str | None = None) -> Result:
    """Run one command, which finds the stack by its name."""
    clock = stage.emulator.clock
    when = Time(clock.run_for, clock.now)
    return CliRunner().invoke(app, [*arguments, "--stack", STACK], obj=when, input=stdin)


def alarms(stage: Stage) -> dict[str, str]:
    """Return the states of the stack's alarms."""
    told = stage.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {one["AlarmName"]: one["StateValue"] for one in told}


def test_where_nobody_is_subscribed_everything_that_speaks_says_so(unheard: Stage) -> None:
    """`start`, the first message, `status`, and after half an hour an alarm, until somebody has
    confirmed.
    """
    started = canaryctl(unheard, "start", "--spec", "-", stdin=json.dumps(SPEC))
    assert started.exit_code == 0, started.output
    assert "Nobody is told of this rollout: its topic has no" in started.stdout
    unheard.emulator.run_minutes(2)
    assert "Nobody is told of this rollout" in unheard.messages[0].message
    status = canaryctl(unheard, "status")
    assert f"Nobody is told: {unheard.outputs['TopicArn']} has no confirmed" in status.stdout
    data = canaryctl(unheard, "status", "--json")
    assert [row["subscribers"] for row in json.loads(data.stdout)] == [0]
    assert "Nobody is told" in data.stderr

    assert unheard.emulator.run_until(lambda: alarms(unheard)[ALARM] == "ALARM", 45)
    unheard.emulator.confirm_subscription("new@example.org")
    assert unheard.emulator.run_until(lambda: alarms(unheard)[ALARM] == "OK", 45)
    assert "Nobody is told: " not in canaryctl(unheard, "status").stdout


def test_where_nobody_need_be_subscribed_nothing_speaks_of_it(events_alone: Stage) -> None:
    """No notice, no alarm, no right to count."""
    started = canaryctl(events_alone, "start", "--spec", "-", "--json", stdin=json.dumps(SPEC))
    assert not [n for n in json.loads(started.stdout)["notices"] if "subscri" in n]
    events_alone.emulator.run_minutes(35)
    assert ALARM not in alarms(events_alone)
    data = canaryctl(events_alone, "status", "--json")
    assert [row["subscribers"] for row in json.loads(data.stdout)] == [None]
    assert data.stderr == ""
    assert not [call for call in events_alone.emulator.permissions.refused if "sns" in call[1]]


def test_where_somebody_confirmed_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alarm is OK from the first count on; a caller who may not count is told that."""
    for stage in _stage(monkeypatch, NotificationEmail=ON_CALL):
        started = canaryctl(stage, "start", "--spec", "-", "--json", stdin=json.dumps(SPEC))
        assert not [n for n in json.loads(started.stdout)["notices"] if "subscri" in n]
        assert alarms(stage)[ALARM] == "OK"
        assert "told" not in canaryctl(stage, "status").stdout

        def denying(call: Call, proceed: Proceed) -> Any:
            if call.name == "sns:GetTopicAttributes":
                raise call.error("AuthorizationError", "not authorized to perform: sns:X", 403)
            return proceed()

        stage.emulator.calls.hooks.append(denying)
        said = canaryctl(stage, "status").stdout
        assert "Whether anybody is told cannot be known: you may not call sns:X" in said
