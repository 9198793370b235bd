"""The reading of a probe, for a person or as JSON: what a spec would have to say to fix it."""

import json
from typing import Any

import typer

from canary.domain.labelled.contract import AnswerContract, Reading

_OWN = {"within", "at", "order", "rounded", "decides", "threshold", "whole", "form"}
"""What follows from answers and spec, and is no key of `answer`."""


def show_probe(contract: AnswerContract, *, as_json: bool) -> None:
    """Print how answers are read."""
    if as_json:
        typer.echo(json.dumps(contract_document(contract), indent=2))
        return
    typer.echo(contract.told)
    if contract.inferred and contract.baseline == contract.canary:
        typer.echo(f'To fix it: "answer": {json.dumps(_as_rules(contract.baseline))}')


def contract_document(contract: AnswerContract) -> dict[str, Any]:
    """Return the contract as JSON values; `answer` is what fixes each variant's reading."""
    return {
        "told": contract.told,
        "inferred": contract.inferred,
        "probed": contract.probed,
        "baseline": {"answer": _as_rules(contract.baseline), "decides": contract.baseline.decides},
        "canary": {"answer": _as_rules(contract.canary), "decides": contract.canary.decides},
    }


def _as_rules(reading: Reading) -> Any:
    if reading.at is not None:
        return reading.at
    return reading.model_dump(mode="json", exclude=_OWN, exclude_defaults=True)
