"""Every built function answers through Lambda's own runtime client, on Python 3.13, from the built
artifact alone.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from layers.artifact import BuiltFunction
from tests.artifact.runtime_api import RuntimeApi
from tests.template import environment_of

pytestmark = [pytest.mark.artifact, pytest.mark.slow]
ROLLOUT = {"rollout": "churn-1", "generation": 1}
EXECUTION = {"execution": "arn:aws:states:eu-west-1:1:execution:r:e"}
BOOTSTRAP = """
import runpy, sys
sys.path[:0] = sys.argv.pop().split(";")
runpy.run_module("awslambdaric", run_name="__main__")
"""
ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "collector": ({"source": "aws.events"}, {"rollouts": 0, "unproven": 0, "untold": 0}),
    "decider": (
        {
            "detail-type": "CloudWatch Alarm State Change",
            "detail": {"alarmName": "churn-5xx", "state": {"value": "OK"}},
        },
        {"ignored": "OK"},
    ),
    "starter": (
        {
            "detail-type": "SageMaker Model Package State Change",
            "detail": {"ModelPackageArn": "arn:aws:sagemaker:eu-west-1:1:model-package/churn/1"},
        },
        {"done": "not an approved version of a group"},
    ),
}
REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "planner": ({**EXECUTION, "input": {"canary": "v2"}}, "endpoint"),
    "shifter": ({**ROLLOUT, **EXECUTION, "action": "look"}, "rollout"),
    "stager": ({**ROLLOUT, **EXECUTION, "action": "look_arranged"}, "rollout"),
    "evaluator": (ROLLOUT, "rollout"),
}
"""Events that a function refuses, with the field its answer must name first."""


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    """Yield the address of an AWS of its own process, holding one empty table."""
    command = [sys.executable, "-u", "-m", "moto.server", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        line = next(line for line in server.stderr if "Running on" in line)
        address = line.split()[-1]
        create_table(address)
        yield address
        server.kill()


def create_table(address: str) -> None:
    """Create the rollouts' table, keys and index as in template.yaml."""
    client: Any = boto3.client(
        "dynamodb",
        endpoint_url=address,
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    keys = ("pk", "sk", "active")
    client.create_table(
        TableName="rollouts",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "active",
                "KeySchema": [
                    {"AttributeName": "active", "KeyType": "HASH"},
                    {"AttributeName": "pk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )


@pytest.mark.parametrize("name", ANSWERS)
def test_answer(
    name: str,
    artifact: Mapping[str, BuiltFunction],
    client: Path,
    interpreter: str,
    runtime: Path,
    aws: str,
) -> None:
    """A built function answers an event that asks nothing of it."""
    event, expected = ANSWERS[name]
    api = invoke(artifact[name], event, interpreter, (runtime, client), aws)
    assert (api.path.rpartition("/")[2], api.answer) == ("response", expected)


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal(
    name: str,
    artifact: Mapping[str, BuiltFunction],
    client: Path,
    interpreter: str,
    runtime: Path,
    aws: str,
) -> None:
    """A built function refuses by the name that the state machine's Catch knows, and names the
    field.
    """
    event, field = REFUSALS[name]
    api = invoke(artifact[name], event, interpreter, (runtime, client), aws)
    told = (
        api.path.rpartition("/")[2],
        api.answer["errorType"],
        api.answer["errorMessage"].partition(":")[0],
    )
    assert told == ("error", "Refused", field)


def invoke(
    function: BuiltFunction,
    event: dict[str, Any],
    interpreter: str,
    beside: tuple[Path, ...],
    aws: str,
) -> RuntimeApi:
    """Return what `function` answered to `event`; its process sees the artifact, `beside` and
    nothing else.
    """
    folders = ";".join(map(str, (*function.path, *beside)))
    with RuntimeApi(event) as api:
        command = [interpreter, "-I", "-S", "-B", "-c", BOOTSTRAP, function.handler, folders]
        with subprocess.Popen(
            command, env=environment(function.name, api.address, aws), stdout=subprocess.DEVNULL
        ) as process:
            threading.Thread(target=notice_end, args=(process, api.answered), daemon=True).start()
            assert api.answered.wait(timeout=30), f"{function.name} hangs"
            assert api.path, (
                f"the process of {function.name} ended with {process.returncode}, without an answer"
            )
            process.kill()
        return api


def notice_end(process: subprocess.Popen[bytes], answered: threading.Event) -> None:
    """Set `answered` when `process` has ended, so that nobody waits for a dead one."""
    process.wait()
    answered.set()


def environment(function: str, runtime_api: str, aws: str) -> dict[str, str]:
    """Return the environment Lambda would give, pointing at stand-ins."""
    return {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": "built",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_ENDPOINT_URL": aws,
        **environment_of(function.removesuffix("Function").lower()),
    }
