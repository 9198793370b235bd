"""The command: options to a request, evidence to what is shown, findings to an exit code.

Exit codes: 0 the canary is better or not worse than the margin, 3 worse, 4 not enough evidence, 5
nothing could be compared; 2 the call does not fit the set or the endpoint, 1 AWS could not answer.
"""

import json
import sys
from typing import Any, Protocol

import typer
from botocore.exceptions import BotoCoreError
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from canary.domain.errors import CanaryError, Refused
from canary.domain.finding import FindingLabel
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.inputs import EvaluationRequest
from canaryctl.evaluate.document import as_answer
from canaryctl.evaluate.kept import KeptEvidence
from canaryctl.evaluate.options import with_options
from canaryctl.evaluate.options.answer import AnswerOptions
from canaryctl.evaluate.options.body import BodyOptions
from canaryctl.evaluate.options.file import FileOptions
from canaryctl.evaluate.options.labelled_set import SetOptions
from canaryctl.evaluate.options.metrics import MetricOptions
from canaryctl.evaluate.options.showing import RunOptions
from canaryctl.evaluate.options.variants import CallOptions, VariantOptions
from canaryctl.evaluate.page import write_evaluation
from canaryctl.evaluate.probe import show_probe
from canaryctl.evaluate.run import run_evaluation, run_probe
from canaryctl.evaluate.table import print_tables


class Group(Protocol):
    """One group of options."""

    def keys(self) -> dict[str, Any]:
        """Return the spec's keys."""


EXIT_CODES: dict[FindingLabel, int] = {"PASS": 0, "FAIL": 3, "INCONCLUSIVE": 4, "NO_DATA": 5}
EXIT_REFUSED, EXIT_AWS = 2, 1
_OURS = (Refused, OSError)
"""What the person who called can mend: the options, or files of this machine."""


@with_options(
    variants=VariantOptions,
    records=SetOptions,
    file=FileOptions,
    body=BodyOptions,
    answers=AnswerOptions,
    metrics=MetricOptions,
    calls=CallOptions,
    run=RunOptions,
)
def evaluate_command(
    variants: VariantOptions,
    records: SetOptions,
    file: FileOptions,
    body: BodyOptions,
    answers: AnswerOptions,
    metrics: MetricOptions,
    calls: CallOptions,
    run: RunOptions,
) -> None:
    """Compare two variants on a labelled set through TargetVariant: metrics, paired findings,
    verdict.

    Exit codes: 0 PASS, 1 AWS did not answer, 2 wrong input, 3 FAIL, 4 INCONCLUSIVE, 5 NO_DATA.
    """
    messages = Console(stderr=True)
    kept = KeptEvidence(run.state)
    try:
        run.checked()
        asked = EvaluationRequest(
            rollout=run.seed,
            endpoint=variants.endpoint,
            baseline=variants.baseline,
            canary=variants.canary,
            spec=_guard(_joined(records, file, body, answers, metrics, calls)),
            levels=metrics.levels(),
            stop_early=not run.whole_set,
        )
        if run.probe is not None:
            show_probe(run_probe(asked, run.probe, calls.region), as_json=run.as_json)
            return
        evidence = run_evaluation(asked, kept, messages, calls.region, quiet=run.as_json)
        _show(evidence, kept, run)
    except (CanaryError, BotoCoreError, OSError) as error:
        _told(messages, error, kept.newest)
        raise typer.Exit(EXIT_REFUSED if isinstance(error, _OURS) else EXIT_AWS) from error
    raise typer.Exit(EXIT_CODES[evidence.label])


def _joined(*groups: Group) -> dict[str, Any]:
    """Return the keys of all groups of options."""
    keys = {key: value for group in groups for key, value in group.keys().items()}
    rules = keys.get("answer")
    if keys["task"] == "multilabel" and isinstance(rules, dict) and "threshold" in rules:
        # The threshold of a label set is the spec's own: no variant has a label of its own there.
        keys["threshold"] = rules.pop("threshold")
        keys["answer"] = rules or None
    return keys


def _show(evidence: QualityEvidence, kept: KeptEvidence, run: RunOptions) -> None:
    if run.html is not None:
        write_evaluation(run.html, evidence, kept.looks)
    if run.as_json:
        json.dump(as_answer(evidence), sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        print_tables(Console(), evidence)


def _told(console: Console, error: Exception, newest: QualityEvidence | None) -> None:
    kind = Text(type(error).__name__, style="red")
    console.print(kind, Text(str(error)), highlight=False)
    if newest is not None and newest.counts.used:
        console.print(f"{newest.counts.used} records were evaluated before:", highlight=False)
        for found in newest.findings:
            console.print(Text(f"  {found.reason}"), highlight=False)


_OPTIONS = {"max_requests_per_second": "--rate", "request_timeout_seconds": "--timeout"}
"""Keys that an option calls otherwise."""


def _guard(keys: dict[str, Any]) -> QualityGuardSpec:
    """Return the options as a quality guard; raise Refused naming the option that does not fit."""
    try:
        return QualityGuardSpec.model_validate(keys)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = ".".join(_OPTIONS.get(str(part), str(part)) for part in first["loc"]) or "options"
        raise Refused(
            option, first["msg"].removeprefix("Value error, "), "See canaryctl evaluate --help"
        ) from error
