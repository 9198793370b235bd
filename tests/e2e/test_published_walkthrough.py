"""The public A/B walk-through of two churn models, through the product: what it dialled up by eye
is held and told.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from canary.adapters.labelled.quality_store import DynamoQualityStore
from canary.adapters.table import DynamoRollouts
from canaryctl.evaluate.command import evaluate_command
from demo.account import deploy, open_account
from emulator import Emulator
from emulator.endpoints.serving.runtime_server import RuntimeServer
from examples import two_variants
from tests.integration.stage import START
from tests.unit.quality.churn import CELLS, NAMES, PUBLISHED, last_rows, needs_churn, scores

pytestmark = [needs_churn, pytest.mark.slow]
VARIANTS = ("Variant1", "Variant2")
ROLE, IMAGE = "arn:aws:iam::123456789012:role/sagemaker", "xgboost"
REQUESTS_PER_MINUTE = 3_000.0


class Churn:
    """One of the published models: a customer's features looked up, the published score
    answered.
    """

    def __init__(self, variant: str) -> None:
        self._scores = {
            _key(map(float, line.split(","))): float(of[variant]) for line, of in scores().items()
        }

    def predict_batch(self, rows: Any) -> list[float]:
        """Return one score a row."""
        return [self._scores[_key(row)] for row in rows]


def _key(values: Any) -> bytes:
    return np.asarray(list(values), dtype=float).tobytes()


class Walk:
    """The endpoint of the walk-through under traffic, with the product deployed beside it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.rollout = ""
        self.outputs = deploy(emulator)
        self.sagemaker = emulator.client("sagemaker")
        archives = {variant: f"s3://bucket/{variant}.tar.gz" for variant in VARIANTS}
        two_variants.create(self.sagemaker, "churn", archives, IMAGE, ROLE, "ml.m5.large")
        for variant in VARIANTS:
            emulator.endpoints.register_model(f"churn-{variant}", Churn(variant))
        assert emulator.run_until(lambda: self.status == "InService", 30)
        rows = np.array([[float(cell) for cell in line.split(",")] for line in scores()])
        emulator.endpoints.attach_traffic("churn", rows, REQUESTS_PER_MINUTE)
        emulator.run_minutes(20)

    @property
    def status(self) -> str:
        """Return the endpoint's status."""
        return str(self.sagemaker.describe_endpoint(EndpointName="churn")["EndpointStatus"])

    @property
    def weights(self) -> list[float]:
        """Return the current weights, Variant1 first."""
        found = self.sagemaker.describe_endpoint(EndpointName="churn")["ProductionVariants"]
        return [
            variant["CurrentWeight"]
            for variant in sorted(found, key=lambda one: str(one["VariantName"]))
        ]

    @property
    def record(self) -> Any:
        """Return the rollout's record."""
        table = self.outputs["TableName"]
        rollouts = DynamoRollouts(self.emulator.client("dynamodb"), table)
        rollout = rollouts.holding("churn") or self.rollout
        self.rollout = rollout
        return rollouts.load(rollout)

    def execute(self, document: dict[str, Any], name: str) -> str:
        """Start an execution and return its ARN."""
        found = self.emulator.client("stepfunctions").start_execution(
            stateMachineArn=self.outputs["StateMachineArn"], name=name, input=json.dumps(document)
        )
        return str(found["executionArn"])

    def reach(self, phase: str, step: int) -> None:
        """Run until the rollout is there."""
        there = self.emulator.run_until(
            lambda: self.started and (self.record.phase, self.record.step) == (phase, step), 120
        )
        assert there, self.record

    @property
    def started(self) -> bool:
        """Return whether the rollout holds the endpoint."""
        table = self.outputs["TableName"]
        return DynamoRollouts(self.emulator.client("dynamodb"), table).holding("churn") is not None

    def promote(self, name: str) -> None:
        """Take the decision a person takes."""
        self.execute({"command": "promote", "endpoint": "churn"}, name)


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    """The endpoint with both variants at equal weights."""
    with open_account(START) as emulator:
        yield Walk(emulator)


def test_both_variants_serve_half(walk: Walk) -> None:
    """CloudWatch shows half of the requests on each variant, as table and as picture."""
    now = walk.emulator.clock.now()
    found = two_variants.invocations(
        walk.emulator.client("cloudwatch"), "churn", VARIANTS, START, now
    )
    first, second = (sum(found[variant].values()) for variant in VARIANTS)
    assert first / (first + second) == pytest.approx(0.5, abs=0.02)
    assert first + second > 10 * REQUESTS_PER_MINUTE
    assert two_variants.table_of(found).row_count == 2
    assert all(variant in two_variants.picture_of(found) for variant in VARIANTS)


@pytest.mark.parametrize("last", [120, 334])
def test_target_variant_over_http_gives_every_figure(
    walk: Walk, tmp_path: Path, last: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command asks the emulated endpoint over HTTP; the published table comes out, and the
    honest answer.
    """
    app = typer.Typer()
    app.command()(evaluate_command)
    with RuntimeServer(walk.emulator.endpoints.invocations.invoke) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", server.url)
        result = CliRunner().invoke(
            app,
            [
                "--endpoint",
                "churn",
                "--baseline",
                "Variant1",
                "--canary",
                "Variant2",
                "--label-column",
                "0",
                "--labelled-set",
                str(last_rows(tmp_path, last)),
                "--content-type",
                "text/csv",
                "--rate",
                "5000",
                "--json",
            ],
        )
    assert result.exit_code == 4, result.stderr
    answered = json.loads(result.stdout)
    assert answered["answer"] == "not enough evidence"
    assert sum(answered["discordant"].values()) == (2 if last == 120 else 6)
    for variant in VARIANTS:
        metrics, expected = answered["metrics"][variant], PUBLISHED[last, variant]
        assert tuple(metrics["confusion"][cell] for cell in CELLS) == expected[:4]
        assert [metrics[name] for name in NAMES] == pytest.approx(list(expected[4:]), abs=1e-6)


def test_the_dial_up_is_a_person_s_decision(walk: Walk, tmp_path: Path) -> None:
    """A rollout takes the canary to 0, holds on the labelled set, and goes 75 and 100% only by
    `promote`.
    """
    s3 = walk.emulator.client("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="churn.csv", Body=last_rows(tmp_path, 120).read_bytes())
    spec = json.loads(Path("examples/specs/published-two-variants.json").read_text())
    spec |= {"watch_minutes": 5}
    spec["guards"]["quality"]["concurrency"] = 1
    execution = walk.execute(spec, "published")
    walk.reach("BAKING", 0)
    assert walk.weights[1] == 0
    quality = DynamoQualityStore(walk.emulator.client("dynamodb"), walk.outputs["TableName"]).load(
        walk.rollout
    )
    assert quality is not None
    assert (quality.label, quality.states[0].baseline_only, quality.states[0].canary_only) == (
        "INCONCLUSIVE",
        1,
        1,
    )
    walk.emulator.run_minutes(5)
    assert walk.record.step == 0
    walk.promote("to-75")
    walk.reach("BAKING", 1)
    assert walk.weights[1] / sum(walk.weights) == pytest.approx(0.75)
    walk.promote("to-100")
    walk.reach("WATCHING", 2)
    sfn = walk.emulator.client("stepfunctions")
    assert walk.emulator.run_until(
        lambda: sfn.describe_execution(executionArn=execution)["status"] == "SUCCEEDED", 60
    ), walk.record
    assert walk.weights[0] == 0


def test_the_clean_up_leaves_nothing(walk: Walk) -> None:
    """Endpoint, configuration and models are gone."""
    two_variants.delete(walk.sagemaker, "churn")
    walk.emulator.run_minutes(5)
    assert walk.sagemaker.list_endpoints()["Endpoints"] == []
    assert walk.sagemaker.list_models()["Models"] == []
