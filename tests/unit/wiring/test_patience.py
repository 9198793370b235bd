"""A call that hangs must leave its function time to note what happened: the SDK's patience against
Lambda's.
"""

from __future__ import annotations

import importlib
from typing import Any

import boto3
import pytest
from botocore.config import Config

from canary.domain.plan.quality import QualityGuardSpec
from canary.wiring.aside import evaluation
from tests.patience import longest_call_seconds
from tests.template import FUNCTIONS, environment_of, said_of


def timeout_seconds(function: str) -> int:
    """Return the Timeout the template gives a function."""
    everywhere, own = said_of(function)
    return int(own.get("Timeout", everywhere["Timeout"]))


@pytest.fixture
def configs(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str, Config]]:
    """Return the service and settings of every client the function's wiring makes."""
    made: list[tuple[str, Config]] = []
    original: Any = boto3.session.Session.client

    def client(self: Any, service: str, **options: Any) -> Any:
        made.append((service, options["config"]))
        return original(self, service, region_name="eu-west-1", **options)

    monkeypatch.setattr(boto3.session.Session, "client", client)
    for name, value in environment_of(request.param).items():
        monkeypatch.setenv(name, value)
    module: Any = importlib.import_module(f"canary.wiring.{request.param}")
    if request.param == "evaluator":  # most of its clients are made where something is asked
        spec = QualityGuardSpec.model_validate(
            {"labelled_set": "s3://sets/s.csv", "label_column": 0, "content_type": "text/csv"}
        )
        module.build(None)
        evaluation.world(None, None, "predictions")(spec, lambda: 60.0)  # type: ignore[arg-type]
    else:
        module.build()
    return made


@pytest.mark.parametrize(
    ("configs", "function"), [(name, name) for name in FUNCTIONS], indirect=["configs"]
)
def test_the_longest_call_leaves_half_of_the_function_s_time(
    configs: list[tuple[str, Config]], function: str
) -> None:
    """A call that hangs through all its attempts, and the like of it again, end before the function
    is killed.
    """
    assert configs
    for service, config in configs:
        longest = longest_call_seconds(config)
        assert 2 * longest <= timeout_seconds(function), (
            f"{function}: {service} may hang for {longest} s"
        )
