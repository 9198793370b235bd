"""What a function must be told: the template's variables exactly, or a clear refusal at its first
call.
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from canary.domain.errors import Misconfigured
from canary.wiring import settings
from tests.template import FUNCTIONS, environment_of, variables_of


def settings_of(function: str) -> type[settings.Settings]:
    """Return the settings class of a function."""
    found: type[settings.Settings] = getattr(settings, f"{function.capitalize()}Settings")
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_variable_of_the_template_is_read_and_every_one_read_is_there(function: str) -> None:
    """Neither a variable nobody reads nor one nobody sets."""
    aliases = {field.alias for field in settings_of(function).model_fields.values()}
    assert aliases == set(variables_of(function))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_deployed_environment_is_taken(function: str) -> None:
    """What the template's references come to fits, whatever else Lambda puts beside it."""
    read = settings_of(function).read({**environment_of(function), "PATH": "/usr/bin"})
    assert (read.service, read.table) == (function, "rollouts")


@pytest.mark.parametrize(
    ("function", "missing"),
    [(function, name) for function in FUNCTIONS for name in variables_of(function)],
)
def test_a_missing_variable_fails_the_first_call(
    function: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Building the use case fails, long before a publish would have, and names the variable."""
    monkeypatch.delenv(missing, raising=False)
    for name in environment_of(function).keys() - {missing}:
        monkeypatch.setenv(name, environment_of(function)[name])
    module: Any = importlib.import_module(f"canary.wiring.{function}")
    with pytest.raises(Misconfigured, match=rf"^{missing}: is missing\. Deploy template\.yaml"):
        module.build(*([None] if function == "evaluator" else []))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TABLE_NAME", ""),
        ("LOG_LEVEL", "chatty"),
        ("TOPIC_ARN", "canary"),
        ("TOPIC_ARN", "arn:aws:sqs:eu-west-1:123456789012:canary"),
        ("STATE_MACHINE_ARN", "arn:aws:states:eu-west-1:123456789012:execution:canary-rollout:a"),
        ("POWERTOOLS_SERVICE_NAME", "shifter"),
    ],
)
def test_a_malformed_variable_is_named(name: str, value: str) -> None:
    """Its name is told, its value is not."""
    with pytest.raises(Misconfigured, match=rf"^{name}: ") as refused:
        settings.DeciderSettings.read({**environment_of("decider"), name: value})
    assert not value or value not in str(refused.value).replace("'decider'", "")


def test_every_missing_variable_is_named_at_once() -> None:
    """Nobody finds them one deployment at a time."""
    with pytest.raises(Misconfigured) as refused:
        settings.DeciderSettings.read({})
    assert all(name in str(refused.value) for name in variables_of("decider"))
