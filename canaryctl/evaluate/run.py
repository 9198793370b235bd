"""One evaluation from this machine: its ports, and its progress on the console."""

import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from canary.adapters.labelled.files import LocalLabelledFiles
from canary.adapters.labelled.invoker import EndpointInvoker, runtime_config
from canary.adapters.labelled.s3 import S3LabelledSets
from canary.adapters.labelled.scorer_lambda import LambdaScorer, scorer_config
from canary.domain.labelled.contract import AnswerContract
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate, probe
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.ports.quality import LabelledSource, OwnScorer
from canaryctl.evaluate.asked import asked_of
from canaryctl.evaluate.kept import KeptEvidence
from canaryctl.evaluate.scorer_function import load_scorer

FOREVER_SECONDS = float("inf")


def run_evaluation(
    request: EvaluationRequest,
    kept: KeptEvidence,
    console: Console,
    region: str | None,
    *,
    quiet: bool,
) -> QualityEvidence:
    """Return the finished evidence, showing progress on the console's stream unless quiet."""
    # scikit-learn takes a second to load, and no other command needs it.
    from canary_scoring.scorer import SklearnScorer  # noqa: PLC0415

    spec = request.spec
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=quiet) as progress:
        bar = progress.add_task("asking both variants", total=None)

        def show(evidence: QualityEvidence) -> None:
            words = ", ".join(f"{found.metric} {found.answer}" for found in evidence.findings)
            progress.update(
                bar, total=evidence.records_total, completed=evidence.position, description=words
            )

        ports = replace(_ports(spec, kept, region), scorer=SklearnScorer(), progress=show)
        if kept.path is not None:
            version = ports.source.version(spec.labelled_set)
            session = boto3.session.Session(region_name=region)
            kept.asked = asked_of(request, version, session, local=_is_local())
        return evaluate(request, ports)


def run_probe(request: EvaluationRequest, count: int, region: str | None) -> AnswerContract:
    """Return how the first answers of both variants are read, nothing judged."""
    return probe(request, _ports(request.spec, KeptEvidence(), region), count)


def _ports(spec: QualityGuardSpec, kept: KeptEvidence, region: str | None) -> EvaluationPorts:
    session = boto3.session.Session(region_name=region)
    return EvaluationPorts(
        source=_source(session, spec),
        invoker=EndpointInvoker(_runtime(session, spec)),
        store=kept,
        scorer=None,
        utc_now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        sleep=time.sleep,
        remaining_seconds=lambda: FOREVER_SECONDS,
        own_scorer=_own_scorer(session, spec),
    )


def _source(session: boto3.session.Session, spec: QualityGuardSpec) -> LabelledSource:
    """Return what reads the set and what its records name; local files alone need no AWS."""
    if spec.labelled_set.startswith("s3://") or spec.body_from == "s3":
        return S3LabelledSets(session.client("s3"), allow_local=True)
    return LocalLabelledFiles()


def _own_scorer(session: boto3.session.Session, spec: QualityGuardSpec) -> OwnScorer | None:
    """Return what scores answers: a function of a file, or a Lambda function by its ARN."""
    if spec.scorer is None:
        return None
    if not spec.has_lambda_scorer:
        return load_scorer(spec.scorer, spec.scorer_timeout_seconds)
    config = scorer_config(spec.scorer_timeout_seconds)
    return LambdaScorer(session.client("lambda", config=config), spec.scorer)


def _runtime(session: boto3.session.Session, spec: QualityGuardSpec) -> Any:
    """Return the runtime client; one that points at this machine needs neither region nor
    credentials.
    """
    config = runtime_config(spec.concurrency, spec.request_timeout_seconds)
    if not _is_local():
        return session.client("sagemaker-runtime", config=config)
    if session.get_credentials() is None:
        config = config.merge(Config(signature_version=UNSIGNED))
    return session.client(
        "sagemaker-runtime", config=config, region_name=session.region_name or "us-east-1"
    )


def _is_local() -> bool:
    """Return whether a stand-in on this machine is asked."""
    host = urlsplit(os.environ.get("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "")).hostname
    return host in {"localhost", "127.0.0.1", "::1"}
