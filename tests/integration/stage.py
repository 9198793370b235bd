"""The deployed application with one endpoint under traffic, and what a person would look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

import numpy as np

from canary.adapters.evidence import DynamoEvidence
from canary.adapters.table import DynamoRollouts
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.rollout.record import Record
from demo.account import deploy, open_account
from emulator.endpoints import ModelFailure
from emulator.sns import Message

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ENDPOINT = "churn-prod"
OVER = {"SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"}


class SumModel:
    """A model that answers the sum of its features, failing on a fraction of rows chosen by their
    first feature.
    """

    def __init__(self, failing: float = 0.0) -> None:
        self.failing = failing

    def predict_batch(self, rows: Any) -> Any:
        """Return one answer a row, a ModelFailure where the row's first feature is below the
        failing fraction.
        """
        numbers = np.asarray(rows, dtype=float)
        answers = numbers.sum(axis=1).astype(object)
        for index in np.flatnonzero(numbers[:, 0] < self.failing):
            answers[index] = ModelFailure("cannot answer this row", 500)
        return answers


class Stage:
    """One emulated account with the application in it; use as a context manager."""

    def __init__(
        self,
        canary: SumModel | None = None,
        requests_per_minute: float = 6000,
        weights: Mapping[str, float] | None = None,
        parameters: Mapping[str, str] | None = None,
        models: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self._models = dict(models or {})
        self.emulator = open_account(START, **options)
        self._parameters = dict(parameters or {})
        self._canary = canary or SumModel()
        self._requests = requests_per_minute
        self._weights = weights or {"v1": 1.0, "v2": 0.0}

    def __enter__(self) -> Self:
        self.emulator.__enter__()
        self.outputs = deploy(self.emulator, **self._parameters)
        self._endpoint(self._weights)
        self.emulator.run_minutes(5)
        rows = np.random.default_rng(7).random((500, 4))
        self.emulator.endpoints.attach_traffic(ENDPOINT, rows, self._requests)
        self.emulator.run_minutes(15)
        return self

    def __exit__(self, *error: object) -> None:
        self.emulator.__exit__(*error)  # type: ignore[arg-type]

    def client(self, service: str) -> Any:
        """Return a boto3 client."""
        return self.emulator.client(service)

    def _endpoint(self, weights: Mapping[str, float]) -> None:
        sagemaker = self.client("sagemaker")
        variants = []
        for name, weight in weights.items():
            model = self._models.get(name, f"model-{name}")
            if name not in self._models:
                sagemaker.create_model(
                    ModelName=model,
                    ExecutionRoleArn="arn:aws:iam::123456789012:role/sagemaker",
                    PrimaryContainer={"Image": "image"},
                )
                self.emulator.endpoints.register_model(
                    model, self._canary if name == "v2" else SumModel()
                )
            variants.append(
                {
                    "VariantName": name,
                    "ModelName": model,
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": 2,
                    "InitialVariantWeight": weight,
                }
            )
        sagemaker.create_endpoint_config(EndpointConfigName="config-1", ProductionVariants=variants)
        sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName="config-1")

    def start(self, spec: Mapping[str, Any] | None = None, name: str = "first") -> str:
        """Start a rollout (the minimal spec with changes) and return the execution's ARN."""
        document = {"endpoint": ENDPOINT, "canary": "v2", "watch_minutes": 10, **(spec or {})}
        return self.execute(document, name)

    def execute(self, document: Mapping[str, Any], name: str) -> str:
        """Start an execution with any input."""
        answer = self.client("stepfunctions").start_execution(
            stateMachineArn=self.outputs["StateMachineArn"], name=name, input=json.dumps(document)
        )
        return str(answer["executionArn"])

    def status(self, execution: str) -> str:
        """Return an execution's status."""
        return str(
            self.client("stepfunctions").describe_execution(executionArn=execution)["status"]
        )

    def finish(self, execution: str, at_most_minutes: float = 240) -> dict[str, Any]:
        """Run until an execution is over; return its description."""
        done = self.emulator.run_until(lambda: self.status(execution) in OVER, at_most_minutes)
        assert done, f"still {self.record.phase} after {at_most_minutes} minutes"
        description: dict[str, Any] = self.client("stepfunctions").describe_execution(
            executionArn=execution
        )
        return description

    def reach(self, phase: str, step: int | None = None, at_most_minutes: float = 120) -> None:
        """Run until the rollout is in a phase, at a step where one is given."""

        def there() -> bool:
            found = self._records()
            return bool(found) and found[-1].phase == phase and step in {None, found[-1].step}

        assert self.emulator.run_until(there, at_most_minutes), self._records()

    def reach_end(self, at_most_minutes: float = 30) -> None:
        """Run until the rollout has ended and everything is told."""
        assert self.emulator.run_until(lambda: not self.record.listed, at_most_minutes), self.record

    def command(self, command: str, name: str | None = None, **fields: Any) -> dict[str, Any]:
        """Send a command and return the finished execution."""
        execution = self.execute(
            {"command": command, "endpoint": ENDPOINT, **fields}, name or f"do-{command}"
        )
        return self.finish(execution, 10)

    @property
    def rollouts(self) -> DynamoRollouts:
        """Return the record store."""
        return DynamoRollouts(self.client("dynamodb"), self.outputs["TableName"])

    @property
    def record(self) -> Record:
        """Return the newest rollout's record."""
        return self._records()[-1]

    def _records(self) -> list[Record]:
        items = self.client("dynamodb").scan(TableName=self.outputs["TableName"])["Items"]
        bodies = [item["body"]["S"] for item in items if item["sk"]["S"] == "RECORD"]
        return sorted(
            (Record.model_validate_json(body) for body in bodies),
            key=lambda record: record.started_at,
        )

    @property
    def verdicts(self) -> tuple[VerdictRecord, ...]:
        """Return the rollout's verdict records."""
        return DynamoEvidence(self.client("dynamodb"), self.outputs["TableName"]).verdicts(
            self.record.rollout
        )

    @property
    def weights(self) -> dict[str, float]:
        """Return the endpoint's current weights."""
        answer = self.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
        return {v["VariantName"]: v["CurrentWeight"] for v in answer["ProductionVariants"]}

    @property
    def subjects(self) -> list[str]:
        """Return what the subjects of all messages say is true, oldest first, without their prefix,
        number and reason.
        """
        return [(message.subject or "").split(": ")[1] for message in self.messages]

    @property
    def messages(self) -> list[Message]:
        """Return what the rollouts told, oldest first, without the alarms of the application
        itself.
        """
        return [
            message
            for message in self.emulator.messages
            if (message.subject or "").startswith("[canary] ")
        ]
