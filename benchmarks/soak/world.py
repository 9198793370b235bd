"""One account with very many endpoints: most canaries are as good as their baselines, one of ten
fails on a part of its requests.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from canary.domain.rollout.phase import Phase
from canary.flow.plan import rollout_id
from emulator.endpoints import ModelFailure

if TYPE_CHECKING:
    from emulator import Emulator

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BASELINE, CANARY = "v1", "v2"
BAD_ONE_IN, BAD_FROM = 10, 2
FAILING = 0.18
REQUESTS_A_MINUTE = 600.0
WATCH_MINUTES = 10
STEPS = (0.05, 0.25, 0.5, 1.0)
ROLE = "arn:aws:iam::123456789012:role/sagemaker"


class Sums:
    """A model that answers the sum of its features, and fails where the first is below a part."""

    answers_alike = True

    def __init__(self, failing: float) -> None:
        self.failing = failing

    def predict_batch(self, rows: Any) -> Any:
        """Return one answer a row, a ModelFailure where it fails."""
        numbers = np.asarray(rows, dtype=float)
        failed = np.flatnonzero(numbers[:, 0] < self.failing)
        answers = numbers.sum(axis=1)
        if not len(failed):
            return answers
        answers = answers.astype(object)
        for index in failed:
            answers[index] = ModelFailure("cannot answer this row", 500)
        return answers


@dataclass(frozen=True)
class Begun:
    """A rollout under way, and how it has to end."""

    endpoint: str
    execution: str
    wanted: Phase

    @property
    def rollout(self) -> str:
        """Return the rollout's id."""
        return rollout_id(self.endpoint, self.execution)


def furnish(emulator: Emulator, rollouts: int) -> list[tuple[str, Phase]]:
    """Make the models and so many endpoints under traffic; return each with how its rollout has to
    end.
    """
    sagemaker = emulator.client("sagemaker")
    for model, failing in {"good": 0.0, "bad": FAILING}.items():
        container = {"Image": "image"}
        sagemaker.create_model(ModelName=model, ExecutionRoleArn=ROLE, PrimaryContainer=container)
        emulator.endpoints.register_model(model, Sums(failing))
    made = []
    for number in range(rollouts):
        bad = number % BAD_ONE_IN == BAD_FROM
        endpoint = f"soak-{number:03d}"
        of = {BASELINE: ("good", 1.0), CANARY: ("bad" if bad else "good", 0.0)}
        variants = [_variant(name, *what) for name, what in of.items()]
        sagemaker.create_endpoint_config(EndpointConfigName=endpoint, ProductionVariants=variants)
        sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=endpoint)
        made.append((endpoint, Phase.ROLLED_BACK if bad else Phase.PROMOTED))
    emulator.run_minutes(5)
    rows = np.random.default_rng(7).random((200, 4))
    for endpoint, _ in made:
        emulator.endpoints.attach_traffic(endpoint, rows, REQUESTS_A_MINUTE)
    emulator.run_minutes(15)
    return made


def _variant(name: str, model: str, weight: float) -> dict[str, Any]:
    return {
        "VariantName": name,
        "ModelName": model,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
        "InitialVariantWeight": weight,
    }


def begin(emulator: Emulator, machine: str, endpoint: str, wanted: Phase, minutes: int) -> Begun:
    """Start a rollout that lasts so many minutes where nothing speaks against it."""
    bake = max(1, (minutes - WATCH_MINUTES) // len(STEPS))
    spec = {
        "endpoint": endpoint,
        "canary": CANARY,
        "watch_minutes": WATCH_MINUTES,
        "steps": [
            {"share": share, "bake_minutes": {"min": bake, "max": max(60, 4 * bake)}}
            for share in STEPS
        ],
    }
    answer = emulator.client("stepfunctions").start_execution(
        stateMachineArn=machine, name=endpoint, input=json.dumps(spec)
    )
    return Begun(endpoint, str(answer["executionArn"]), wanted)
