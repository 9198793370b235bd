"""Three ways through the same records: one by one, a bare thread pool, and the product."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from canary.adapters.labelled.files import LocalLabelledFiles
from canary.adapters.labelled.invoker import EndpointInvoker, runtime_config
from canary.domain.errors import Conflict
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.paired import GateLevels
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.ports.quality import Invoker, PredictionStore
from canary_scoring.scorer import SklearnScorer

VARIANTS = ("old", "new")
NOTEBOOK_PAUSE_SECONDS = 0.5
"""The pause between rows of the published walk-throughs; counted, not slept."""


class Kept:
    """The newest evidence."""

    def __init__(self) -> None:
        self.evidence: QualityEvidence | None = None

    def load(self, rollout: str) -> QualityEvidence | None:
        """Return what was kept."""
        del rollout
        return self.evidence

    def save(self, evidence: QualityEvidence, expected_revision: int | None) -> None:
        """Keep it."""
        if (None if self.evidence is None else self.evidence.revision) != expected_revision:
            raise Conflict("raced")
        self.evidence = evidence


def client(url: str, config: Config) -> Any:
    """Return a client of the local endpoint."""
    return boto3.client(
        "sagemaker-runtime",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the local endpoint asks for none
        config=config,
    )


def written_set(path: Path, records: int) -> Path:
    """Return a labelled set of numbers with their parity."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{number % 2},{number}\n" for number in range(records))
    return path


def one_by_one(url: str, path: Path, concurrency: int, records_per_request: int) -> None:
    """Ask as a notebook does: row by row, one variant after the other."""
    del concurrency, records_per_request
    runtime = client(url, Config())
    for line in path.read_text("utf-8").splitlines():
        label, body = line.split(",")
        for variant in VARIANTS:
            _ask(runtime, variant, [body], [label])


def bare_pool(url: str, path: Path, concurrency: int, records_per_request: int) -> None:
    """Ask with a thread pool over the client, count the right answers, and nothing else: no order,
    no ceiling, no tests, no saves.
    """
    runtime = client(url, Config(max_pool_connections=concurrency))

    def pair(lines: list[str]) -> list[int]:
        labels, bodies = zip(*(line.split(",") for line in lines), strict=True)
        return [_ask(runtime, variant, bodies, labels) for variant in VARIANTS]

    lines = path.read_text("utf-8").splitlines()
    starts = range(0, len(lines), records_per_request)
    with ThreadPoolExecutor(concurrency) as pool:
        asked = pool.map(pair, (lines[at : at + records_per_request] for at in starts))
        right = [sum(side) for side in zip(*asked, strict=True)]
    if right != [len(lines)] * len(VARIANTS):
        raise RuntimeError(f"{right} of {len(lines)} answers were right")


def _ask(runtime: Any, variant: str, bodies: Sequence[str], labels: Sequence[str]) -> int:
    reply = runtime.invoke_endpoint(
        EndpointName="e", TargetVariant=variant, Body="\n".join(bodies), ContentType="text/csv"
    )
    scores = reply["Body"].read().decode().splitlines()
    return sum((float(s) > 0.5) == (y == "1") for s, y in zip(scores, labels, strict=True))


def product(url: str, path: Path, concurrency: int, records_per_request: int) -> None:
    """Ask as the evaluator does: seeded order, ceiling, checks, paired tests, a save a batch, the
    report.
    """
    runtime = client(url, runtime_config(concurrency, 65.0))
    evaluated(path, EndpointInvoker(runtime), concurrency, records_per_request=records_per_request)


def evaluated(
    path: Path,
    invoker: Invoker,
    concurrency: int,
    sleep: Callable[[float], None] = time.sleep,
    predictions: PredictionStore | None = None,
    records_per_request: int = 1,
    canary: str = "new",
) -> QualityEvidence:
    """Return the evidence of a whole set."""
    spec = QualityGuardSpec(
        labelled_set=str(path),
        concurrency=concurrency,
        max_requests_per_second=10_000,
        records_per_request=records_per_request,
    )
    request = EvaluationRequest(
        rollout=f"bench-{canary}",
        endpoint="e",
        baseline="old",
        canary=canary,
        spec=spec,
        levels=GateLevels(stop=0.025, promote=0.05),
        stop_early=False,
    )
    ports = EvaluationPorts(
        source=LocalLabelledFiles(),
        invoker=invoker,
        store=Kept(),
        scorer=SklearnScorer(),
        utc_now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        sleep=sleep,
        remaining_seconds=lambda: float("inf"),
        predictions=predictions,
    )
    evidence = evaluate(request, ports)
    if evidence.counts.used != evidence.records_total:
        raise RuntimeError(
            f"{evidence.counts.used} of {evidence.records_total} records were compared"
        )
    return evidence


LOOPS: dict[str, Callable[[str, Path, int, int], None]] = {
    "one_by_one": one_by_one,
    "bare_pool": bare_pool,
    "product": product,
}
