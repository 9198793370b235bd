"""An evaluation as one JSON document."""

from collections.abc import Mapping
from typing import Any

from canary.domain.labelled.account import account_of
from canary.domain.labelled.evidence import Answer, QualityEvidence
from canary.domain.labelled.outcome import ADVICE
from canary.domain.labelled.side_by_side import as_told
from canaryctl.evaluate.failures import failure_rows
from canaryctl.evaluate.probe import contract_document

_WORST_FIRST: tuple[Answer, ...] = ("worse", "not enough evidence", "not worse", "better")


def overall_answer(evidence: QualityEvidence) -> Answer:
    """Return the one answer to "is the new model better?": the least favourable of the deciding
    metrics'.
    """
    answers = {finding.answer for finding in evidence.findings}
    return next((answer for answer in _WORST_FIRST if answer in answers), "not enough evidence")


def sample_told(report: Mapping[str, Any]) -> str | None:
    """Return which metrics speak of a part of the records, and of how many; None where all speak of
    all.
    """
    sample = report.get("sample")
    if not sample:
        return None
    names = ", ".join(name.replace("_", " ") for name in sample["metrics"])
    return (
        f"{names}: on a random sample of {sample['records']:,} of the {sample['of']:,} "
        "records; the rest is of all."
    )


def as_answer(evidence: QualityEvidence) -> dict[str, Any]:
    """Return verdict, metrics by variant name, paired findings and everything a person may ask
    about them.
    """
    report: dict[str, Any] = evidence.report if isinstance(evidence.report, dict) else {}
    return {
        "endpoint": evidence.endpoint,
        "baseline": evidence.baseline,
        "canary": evidence.canary,
        "labelled_set": evidence.labelled_set,
        "set_version": evidence.set_version,
        "verdict": evidence.label,
        "answer": overall_answer(evidence),
        "contract": None if evidence.contract is None else contract_document(evidence.contract),
        "next": ADVICE[evidence.label],
        "records": {
            "total": evidence.records_total,
            "taken": evidence.position,
            **evidence.counts.model_dump(),
            "not_asked": account_of(evidence).not_asked,
        },
        "metrics": {
            evidence.baseline: report.get("baseline"),
            evidence.canary: report.get("canary"),
        },
        "difference": report.get("difference"),
        "discordant": report.get("discordant"),
        "findings": [finding.model_dump(mode="json") for finding in evidence.findings],
        "slices": report.get("slices"),
        "measured": [as_told(one) for one in evidence.measured],
        "score_shift": report.get("score_shift"),
        "sample": report.get("sample"),
        "disagreements": [record.model_dump() for record in evidence.disagreements],
        "failures": list(failure_rows(evidence)),
        "notes": [note.model_dump() for note in evidence.notes],
    }
