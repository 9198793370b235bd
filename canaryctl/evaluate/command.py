"""The command: options to a request, evidence to what is shown, findings to an exit code.

What the exit codes mean stands beside the command in canaryctl/shell/commands.py.
"""

import json
import sys
from typing import Any, Protocol

import typer
from botocore.exceptions import BotoCoreError
from pydantic import ValidationError
from rich.console import Console

from canary.domain.errors import CanaryError, Refused
from canary.domain.finding import FindingLabel
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.inputs import EvaluationRequest
from canaryctl.evaluate.document import as_answer
from canaryctl.evaluate.kept import KeptEvidence
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
from canaryctl.shell.exits import Exit
from canaryctl.shell.failures import failed, refused
from canaryctl.shell.groups import with_options


class Group(Protocol):
    """One group of options."""

    def keys(self) -> dict[str, Any]:
        """Return the spec's keys."""


EXIT_CODES: dict[FindingLabel, Exit] = {
    "PASS": Exit.DONE,
    "FAIL": Exit.NOT_GOOD,
    "INCONCLUSIVE": Exit.NOT_KNOWN,
    "NO_DATA": Exit.NOTHING_TO_SAY,
}
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
        raise _failure(error, kept.newest) from error
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


def _failure(error: Exception, newest: QualityEvidence | None) -> typer.Exit:
    """Tell what went wrong, with what was evaluated before, and return what to raise."""
    lines = [f"{type(error).__name__} {error}"]
    if newest is not None and newest.counts.used:
        lines.append(f"{newest.counts.used} records were evaluated before:")
        lines += [f"  {found.reason}" for found in newest.findings]
    message = "\n".join(lines)
    if isinstance(error, Refused):
        return refused(error, message=message)
    if isinstance(error, _OURS):
        return failed(message, Exit.REFUSED, "refused")
    return failed(message, Exit.TROUBLE, "aws")


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
