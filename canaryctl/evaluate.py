"""`canaryctl evaluate`: a labelled set through both variants of any endpoint, and what it says
about the canary.

Exit codes: 0 the canary is better or not worse than the margin, 3 worse, 4 not enough evidence, 5
nothing could be compared; 2 the call does not fit the set or the endpoint, 1 AWS could not answer.
"""

import json
import os
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import boto3
import typer
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from pydantic import ValidationError
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
from canary.domain.errors import CanaryError, Conflict, Refused
from canary.domain.finding import FindingLabel
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.paired import GateLevels
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.ports.quality import LabelledSource
from canaryctl.evaluate_answer import as_answer
from canaryctl.evaluate_page import write_page
from canaryctl.evaluate_table import print_tables

EXIT_CODES: dict[FindingLabel, int] = {"PASS": 0, "FAIL": 3, "INCONCLUSIVE": 4, "NO_DATA": 5}
EXIT_REFUSED, EXIT_AWS = 2, 1
FOREVER_SECONDS = float("inf")
MOST_LOOKS = 1_000
"""Points of the drawn evidence; of more, every other one is dropped, so that memory does not grow
with the set.
"""


@dataclass
class KeptEvidence:
    """The newest evidence of this run, in a file too when one is named; `looks` is its way
    there.
    """

    path: Path | None = None
    newest: QualityEvidence | None = None
    looks: list[QualityEvidence] = field(default_factory=list)

    def load(self, rollout: str) -> QualityEvidence | None:
        """Return what an interrupted run with the same seed left in the file."""
        if self.path is None or not self.path.exists():
            return None
        stored = QualityEvidence.model_validate_json(self.path.read_text("utf-8"))
        if stored.rollout != rollout:
            raise Refused(
                "--state", f"{self.path} belongs to seed {stored.rollout!r}", "Name another file"
            )
        self.newest = stored
        return stored

    def save(self, evidence: QualityEvidence, expected_revision: int | None) -> None:
        """Keep evidence."""
        if expected_revision != (None if self.newest is None else self.newest.revision):
            raise Conflict("another evaluation writes the same state")
        if self.newest is None or evidence.position != self.newest.position:
            self.looks.append(evidence)
            if len(self.looks) > MOST_LOOKS:
                del self.looks[1::2]
        self.newest = evidence
        if self.path is not None:
            self.path.write_text(evidence.model_dump_json(), "utf-8")


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
    session = boto3.session.Session(region_name=region)
    columns = (
        TextColumn("{task.description}"),
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

        ports = EvaluationPorts(
            source=_source(session, spec.labelled_set),
            invoker=EndpointInvoker(_runtime(session, spec)),
            store=kept,
            scorer=SklearnScorer(),
            utc_now=lambda: datetime.now(UTC),
            monotonic=time.monotonic,
            sleep=time.sleep,
            remaining_seconds=lambda: FOREVER_SECONDS,
            progress=show,
        )
        return evaluate(request, ports)


def _source(session: boto3.session.Session, labelled_set: str) -> LabelledSource:
    """Return what reads the set; a local file needs no AWS."""
    return (
        S3LabelledSets(session.client("s3"))
        if labelled_set.startswith("s3://")
        else LocalLabelledFiles()
    )


def _runtime(session: boto3.session.Session, spec: QualityGuardSpec) -> Any:
    """Return the runtime client; one that points at this machine needs neither region nor
    credentials.
    """
    config = runtime_config(spec.concurrency, spec.request_timeout_seconds)
    host = urlsplit(os.environ.get("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "")).hostname
    if host not in {"localhost", "127.0.0.1", "::1"}:
        return session.client("sagemaker-runtime", config=config)
    if session.get_credentials() is None:
        config = config.merge(Config(signature_version=UNSIGNED))
    return session.client(
        "sagemaker-runtime", config=config, region_name=session.region_name or "us-east-1"
    )


def evaluate_command(
    endpoint: Annotated[str, typer.Option(help="Endpoint to ask.")],
    baseline: Annotated[str, typer.Option(help="Variant that serves now.")],
    canary: Annotated[str, typer.Option(help="Variant that might replace it.")],
    labelled_set: Annotated[
        str, typer.Option(help="s3://bucket/key or a local file: CSV, JSON Lines, JSON, Parquet.")
    ],
    label_column: Annotated[
        str, typer.Option(help="Index or name of the column with the right answer.")
    ] = "0",
    id_column: Annotated[
        str | None, typer.Option(help="Index or name of a column that names the records.")
    ] = None,
    slice_column: Annotated[
        str | None, typer.Option(help="Index or name of a column to compare by.")
    ] = None,
    drop_column: Annotated[
        list[str] | None, typer.Option(help="Column not to send; may be repeated.")
    ] = None,
    header: Annotated[
        bool | None, typer.Option(help="Whether a CSV's first line names its columns.")
    ] = None,
    set_format: Annotated[
        str | None, typer.Option("--format", help="csv, jsonl, json or parquet.")
    ] = None,
    content_type: Annotated[
        str, typer.Option(help="What is sent: text/csv, application/json(lines).")
    ] = "text/csv",
    accept: Annotated[str | None, typer.Option(help="What is asked for.")] = None,
    request: Annotated[
        str | None, typer.Option(help='JSON body with placeholders, as {"inputs": "${text}"}.')
    ] = None,
    answer: Annotated[
        str | None, typer.Option(help="JMESPath to the score or label in the answer.")
    ] = None,
    records_per_request: Annotated[int, typer.Option(help="Records in one request.")] = 1,
    task: Annotated[str, typer.Option(help="binary, multiclass or regression.")] = "binary",
    threshold: Annotated[
        float, typer.Option(help="Score above which a binary answer is positive.")
    ] = 0.5,
    positive_label: Annotated[
        str | None, typer.Option(help="Label that means 1 in a binary task.")
    ] = None,
    classes: Annotated[
        str | None, typer.Option(help="Class names in order of the probabilities, a,b,c.")
    ] = None,
    right_within: Annotated[
        float | None, typer.Option(help="Error up to which a regression is right.")
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option(help="Deciding metric and margin, accuracy=0.02.")
    ] = None,
    false_rollback: Annotated[
        float, typer.Option(help="How often an equal canary may be called worse.")
    ] = 0.025,
    false_promotion: Annotated[float, typer.Option(help="How often a worse one may pass.")] = 0.05,
    concurrency: Annotated[int, typer.Option(help="Requests under way at once.")] = 4,
    rate: Annotated[
        float, typer.Option(help="Requests per second at most, both variants together.")
    ] = 50.0,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for one answer.")] = 65.0,
    whole_set: Annotated[  # noqa: FBT002
        bool, typer.Option("--all", help="Use the whole set even when it has decided.")
    ] = False,
    seed: Annotated[str, typer.Option(help="Orders the records.")] = "evaluate",
    state: Annotated[
        Path | None, typer.Option(help="File to keep evidence in, and to go on from.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page here.")] = None,
    region: Annotated[str | None, typer.Option(help="AWS region.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,  # noqa: FBT002
) -> None:
    """Compare two variants on a labelled set through TargetVariant: metrics, paired findings,
    verdict.
    """
    given = locals()
    messages = Console(stderr=True)
    kept = KeptEvidence(state)
    try:
        asked = EvaluationRequest(
            rollout=seed,
            endpoint=endpoint,
            baseline=baseline,
            canary=canary,
            spec=_guard(given),
            levels=GateLevels(stop=false_rollback, promote=false_promotion),
            stop_early=not whole_set,
        )
        evidence = run_evaluation(asked, kept, messages, region, quiet=as_json)
    except (CanaryError, BotoCoreError) as error:
        _told(messages, error, kept.newest)
        raise typer.Exit(EXIT_REFUSED if isinstance(error, Refused) else EXIT_AWS) from error
    if html is not None:
        write_page(html, evidence, kept.looks)
    if as_json:
        json.dump(as_answer(evidence), sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        print_tables(Console(), evidence)
    raise typer.Exit(EXIT_CODES[evidence.label])


def _told(console: Console, error: Exception, newest: QualityEvidence | None) -> None:
    console.print(f"[red]{type(error).__name__}[/red]", str(error), markup=True, highlight=False)
    if newest is not None and newest.counts.used:
        console.print(f"{newest.counts.used} records were evaluated before:", highlight=False)
        for found in newest.findings:
            console.print(f"  {found.reason}", highlight=False)


def _guard(given: dict[str, Any]) -> QualityGuardSpec:
    """Return the options as a quality guard; raise Refused naming the option that does not fit."""
    names = (
        "labelled_set",
        "header",
        "content_type",
        "accept",
        "records_per_request",
        "answer",
        "task",
        "threshold",
        "right_within",
        "concurrency",
        "positive_label",
    )
    fields = {name: given[name] for name in names if given[name] is not None}
    fields |= {"format": given["set_format"], "request_timeout_seconds": given["timeout"]}
    fields |= {name: _column(given[name]) for name in ("label_column", "id_column", "slice_column")}
    fields |= {"drop_columns": [_column(name) for name in given["drop_column"] or ()]}
    fields |= {"max_requests_per_second": given["rate"], "request": _template(given["request"])}
    if given["classes"]:
        fields["classes"] = given["classes"].split(",")
    if given["metric"]:
        fields["metrics"] = dict(_margin(text) for text in given["metric"])
    try:
        return QualityGuardSpec.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = ".".join(str(part) for part in first["loc"]) or "options"
        raise Refused(
            option, first["msg"].removeprefix("Value error, "), "See canaryctl evaluate --help"
        ) from error


def _column(text: str | None) -> int | str | None:
    """Return a column's index where the text is one, else its name."""
    if text is None:
        return None
    return int(text) if text.removeprefix("-").isdigit() else text


def _template(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refused(
            "--request", f"not JSON ({error})", """Write it as '{"inputs": "${text}"}'"""
        ) from error


def _margin(text: str) -> tuple[str, dict[str, float]]:
    name, _, margin = text.partition("=")
    try:
        return name, {"max_worse": float(margin)}
    except ValueError as error:
        raise Refused("--metric", f"{text!r} has no margin", "Write it as accuracy=0.02") from error
