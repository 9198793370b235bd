"""What the doctor takes for granted is what the template says."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from canaryctl.app import app
from canaryctl.doctor.account import Account
from canaryctl.doctor.check import broken, fine, unknown, worst_of
from canaryctl.doctor.checks import CHECKS, stack
from canaryctl.doctor.checks.alarms import heading
from canaryctl.doctor.checks.works import ELSEWHERE, MACHINE, ON_ENDPOINT
from canaryctl.operate.options import Time
from canaryctl.operate.stack import Stack
from tests.template import TEMPLATE


def test_the_runtime_it_expects_is_the_templates() -> None:
    """A new runtime is changed in both."""
    assert TEMPLATE["Globals"]["Function"]["Runtime"] == stack.RUNTIME


ROLES = sorted({work.function for work in (*ON_ENDPOINT, *ELSEWHERE)})


@pytest.mark.parametrize("role", ROLES)
def test_what_it_simulates_is_what_the_template_grants(role: str) -> None:
    """By the role that is asked for it: what is not granted would be called broken, and what is
    not asked would be called fine. What a parameter has to ask for is not asked.
    """
    kind = role if role == MACHINE else f"{role}Function"
    granted = {
        action
        for policy in TEMPLATE["Resources"][kind]["Properties"]["Policies"]
        for statement in policy["Statement"]
        if statement and "Action" in statement
        for action in _listed(statement["Action"])
    }
    asked = {
        action
        for work in (*ON_ENDPOINT, *ELSEWHERE)
        if work.function == role
        for action in work.actions
    }
    assert asked == granted


def _listed(action: str | list[str]) -> list[str]:
    return [action] if isinstance(action, str) else action


def test_names_and_questions_are_told_apart() -> None:
    """A line is found by its name, and every question is one."""
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.question.endswith("?") for check in CHECKS)
    assert all(len(check.name) <= 16 for check in CHECKS)


def test_help_has_the_exit_codes_and_an_example() -> None:
    """Where a person looks first."""
    said = " ".join(CliRunner().invoke(app, ["doctor", "--help"]).output.split())
    assert "Exit codes: 0 all that was looked at is fine, 1 something is broken" in said
    assert "canaryctl doctor --endpoint churn-prod" in said


def test_every_line_is_in_the_runbook() -> None:
    """A check that is added is described."""
    text = Path("docs/operations.md").read_text(encoding="utf-8")
    section = text.split("## After the first deploy")[1].split("### What the doctor")[0]
    listed = [row.split("|")[1] for row in section.splitlines() if row.startswith("|")]
    assert {check.name for check in CHECKS} <= {
        name.strip() for row in listed for name in row.split(",")
    }


def test_every_heading_it_names_is_in_the_runbook() -> None:
    """For each alarm of the template, and wherever a line names one."""
    text = Path("docs/operations.md").read_text(encoding="utf-8")
    headings = set(re.findall("^#+ (.+)$", text, re.MULTILINE))
    template = Path("template.yaml").read_text(encoding="utf-8")
    alarms = re.findall(r'AlarmName: !Sub "\$\{AWS::StackName\}-([a-z-]+)"', template)
    assert alarms
    assert {heading(alarm) for alarm in alarms} <= headings
    source = "".join(path.read_text() for path in Path("canaryctl/doctor").rglob("*.py"))
    named = re.findall(r"docs/operations\.md, ([a-z-]+)", source)
    assert named
    assert set(named) <= headings


def test_a_sample_is_sent_once() -> None:
    """No attempt of the SDK's own repeats it: it is a call to a model that may be slow or dear."""
    account = Account(Stack("canary", region="eu-west-1"), Time())
    config: Any = account.invoker._client.meta.config
    assert config.retries["total_max_attempts"] == 1


def test_of_several_variants_the_worst_is_what_a_line_comes_to() -> None:
    """With its remedy, and all that was said of the others behind it."""
    each = [fine("v2 answered"), broken("v3 failed", "look at its log"), unknown("v4 is busy")]
    found = worst_of(each)
    assert (found.state, found.remedy) == ("broken", "look at its log")
    assert found.said == "v3 failed; v4 is busy; v2 answered"
