"""A set of a kind's records on disk, and its container as an endpoint of two variants: over HTTP,
or called directly.
"""

import csv
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from canary.adapters.labelled.files import LocalLabelledFiles
from canary.adapters.labelled.invoker import EndpointInvoker, runtime_config
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.paired import GateLevels
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.spec import read_spec
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.ports import quality as ports
from canary_scoring.scorer import SklearnScorer
from canaryctl.evaluate.scorer_function import load_scorer
from emulator.endpoints.serving.invocation import Reply, Request
from emulator.endpoints.serving.runtime_server import RuntimeServer
from tests.kinds.containers import CONTAINERS, FIRST, Container

SPECS = Path(__file__).resolve().parents[2] / "examples" / "specs"
SCORERS = {
    "object-detection": load_scorer(f"{SPECS.parent / 'scorers' / 'detection.py'}:score", 30.0),
}
"""What the ARN of an example's scorer stands for."""
RECORDS = 480
RANKED_RECORDS = 1_200
"""The AUC decides from 500 records on."""
MARGINS = {"log_loss": 5.0}
MARGIN = 0.1
"""Wide enough that equal variants pass on the records of a test; how answers are read is its
matter, not how many records a margin takes.
"""
Taken = Callable[[int, Any], Any]
"""What a variant takes for a record's right label, by number and label."""


def guard_of(kind: str, path: Path) -> QualityGuardSpec:
    """Return the example's own guard on a set of this test."""
    quality = read_spec(json.loads((SPECS / f"{kind}.json").read_text("utf-8"))).guards.quality
    assert quality is not None
    margins = {
        name: one.but(max_worse=max(one.max_worse, MARGINS.get(name, MARGIN)))
        for name, one in (quality.metrics or {}).items()
    }
    return quality.but(
        labelled_set=str(path),
        metrics=margins or None,
        max_requests_per_second=10_000.0,
        concurrency=2,
    )


def mostly_right(container: Container, share: float, seed: str) -> Taken:
    """Return a variant that is right on this share of the records, by chance, the same always."""

    def takes(number: int, label: Any) -> Any:
        right = random.Random(f"{seed} {number}").random() < share
        return label if right else container.mistaken(label)

    return takes


def numbers_of(kind: str) -> range:
    """Return the numbers of a kind's records."""
    spec = json.loads((SPECS / f"{kind}.json").read_text("utf-8"))
    ranked = "roc_auc" in spec["guards"]["quality"]["metrics"]
    return range(FIRST, FIRST + (RANKED_RECORDS if ranked else RECORDS))


def shuffled(kind: str, takes: Taken) -> Taken:
    """Return a variant that gives each record the answer of another one, drawn at random."""
    container, numbers = CONTAINERS[kind], list(numbers_of(kind))
    others = dict(zip(numbers, random.Random(7).sample(numbers, len(numbers)), strict=True))

    def answers(number: int, label: Any) -> Any:
        del label
        other = others[number]
        return takes(other, container.label(other))

    return answers


def written_set(kind: str, folder: Path) -> Path:
    """Return the path of the kind's set, in the format and with the columns that its spec has."""
    spec = read_spec(json.loads((SPECS / f"{kind}.json").read_text("utf-8"))).guards.quality
    assert spec is not None
    container, path = CONTAINERS[kind], folder / Path(spec.labelled_set).name
    name = spec.label_column if isinstance(spec.label_column, str) else "label"
    rows = []
    for number in numbers_of(kind):
        label = container.label(number)
        rows.append({name: label, **container.row(number, label)})
        if container.files is not None:
            beside, content = container.files(number)
            (folder / beside).parent.mkdir(exist_ok=True)
            (folder / beside).write_bytes(content)
    headed = isinstance(spec.label_column, str)
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerows([list(rows[0])] * headed + [list(row.values()) for row in rows])
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows), "utf-8")
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@dataclass
class Endpoint:
    """Two variants of one kind."""

    container: Container
    variants: Mapping[str, Taken]
    asked: list[ports.CallOptions] = field(default_factory=list)

    def answer(self, variant: str, body: bytes) -> bytes:
        """Return what a variant says to a request."""
        takes = self.variants[variant]
        numbers = self.container.numbers(body)
        said = [(takes(number, self.container.label(number)), number) for number in numbers]
        return self.container.body(said)

    def invoke(
        self,
        endpoint: str,
        variant: str,
        body: bytes,
        content_type: str,
        options: ports.CallOptions,
    ) -> ports.Reply:
        """Answer as the port does, without HTTP."""
        del endpoint, content_type
        self.asked.append(options)
        return ports.Reply(self.answer(variant, body), self.container.content_type, variant)

    @contextmanager
    def over_http(self) -> Iterator[ports.Invoker]:
        """Return what calls this endpoint over HTTP through boto3."""

        def served(request: Request) -> Reply:
            variant = request.target_variant or ""
            body = self.answer(variant, request.body)
            return Reply(body, self.container.content_type, variant)

        with RuntimeServer(served) as server:
            client = boto3.client(
                "sagemaker-runtime",
                endpoint_url=server.url,
                region_name="eu-west-1",
                aws_access_key_id="local",
                aws_secret_access_key="local",
                config=runtime_config(2, 30.0),
            )
            yield EndpointInvoker(client)


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
        del expected_revision
        self.evidence = evidence


def evaluated(
    kind: str,
    path: Path,
    invoker: ports.Invoker,
    own_scorer: ports.OwnScorer | None = None,
    **changes: Any,
) -> QualityEvidence:
    """Return the evidence of one evaluation by the evaluator's own use case."""
    request = EvaluationRequest(
        rollout="kinds",
        endpoint="e",
        baseline="V1",
        canary="V2",
        spec=guard_of(kind, path).but(**changes),
        levels=GateLevels(stop=0.025, promote=0.05),
    )
    world = EvaluationPorts(
        source=LocalLabelledFiles(),
        invoker=invoker,
        store=Kept(),
        scorer=SklearnScorer(),
        utc_now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        sleep=time.sleep,
        remaining_seconds=lambda: float("inf"),
        own_scorer=own_scorer or SCORERS.get(kind),
    )
    return evaluate(request, world)
