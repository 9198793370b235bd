"""An evaluation as one self-contained HTML page: answer, evidence, ROC curves, metrics, slices,
disagreements.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from canary.domain.labelled.account import account_of
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.side_by_side import as_told
from canary.domain.words import strength
from canaryctl.evaluate.document import overall_answer, sample_told
from canaryctl.evaluate.failures import failure_rows
from canaryctl.pages import render, write_page
from canaryctl.pages.chart import Chart, Level, Series
from canaryctl.pages.drawn import drawn
from canaryctl.pages.scale import Scale

_TONES = {"better": "good", "not worse": "good", "worse": "bad", "not enough evidence": "warn"}
_LEAST, _MOST = 1e-3, 1e6
_MOST_POINTS = 120
_WHOLE = Scale(0.0, 1.0)


@dataclass(frozen=True)
class Table:
    """A table with its heading; a page leaves out one without rows."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def write_evaluation(
    path: Path, evidence: QualityEvidence, looks: Sequence[QualityEvidence]
) -> None:
    """Write the page; `looks` is the evidence after each batch, for the way it grew."""
    write_page(path, page_of(evidence, looks))


def page_of(evidence: QualityEvidence, looks: Sequence[QualityEvidence]) -> str:
    """Return the page as text."""
    report: dict[str, Any] = evidence.report if isinstance(evidence.report, dict) else {}
    answer = overall_answer(evidence)
    contract = [] if evidence.contract is None else [evidence.contract.told]
    return render(
        "evaluation.html.j2",
        title=f"{evidence.endpoint}: is {evidence.canary} better than {evidence.baseline}?",
        answer=answer,
        tone=_TONES[answer],
        said=[*contract, *(finding.reason for finding in evidence.findings)],
        counts=_counts(evidence),
        charts=drawn(_charts(evidence, looks, report)),
        tables=[table for table in _tables(evidence, report) if table.rows],
    )


def _counts(evidence: QualityEvidence) -> str:
    counts = evidence.counts
    return (
        f"{evidence.labelled_set} ({evidence.set_version[:16]}): "
        f"{account_of(evidence).in_words()}; "
        f"errors {counts.errors_baseline} baseline and {counts.errors_canary} canary."
    )


def _charts(
    evidence: QualityEvidence, looks: Sequence[QualityEvidence], report: dict[str, Any]
) -> Iterator[Chart]:
    if looks and looks[0].findings:
        yield _evidence_chart(looks)
    if report.get("baseline", {}).get("roc_curve") and report.get("canary", {}).get("roc_curve"):
        yield _roc_chart(report, (evidence.baseline, evidence.canary))


def _evidence_chart(looks: Sequence[QualityEvidence]) -> Chart:
    shown = _some(looks)
    lines, levels = [], {}
    for index, first in enumerate(looks[0].findings):
        series = [(look.position, look.findings[index]) for look in shown]
        for word, role, values, threshold in (
            ("worse", "bad", [f.log_roll_back for _, f in series], first.log_roll_back_threshold),
            ("not worse", "good", [f.log_advance for _, f in series], first.log_advance_threshold),
        ):
            lines.append(
                Series(
                    name=f"{first.metric}: {word}",
                    role=role,
                    x=tuple(float(position) for position, _ in series),
                    y=tuple(_within(value) for value in values),
                    notes=tuple(strength(value) for value in values),
                    width=math.inf,
                )
            )
            levels[role] = Level(math.exp(threshold), role, f"{word}: {strength(threshold)} needed")
    high = max(
        [y for line in lines for y in line.y if y] + [level.value for level in levels.values()]
    )
    low = min([0.5, *(y for line in lines for y in line.y if y)])
    return Chart(
        id="evidence",
        title="Evidence as it grew",
        note="Each line against the dashed one of its colour: at or above it the answer is given.",
        x=Scale(0.0, max(float(looks[-1].position), 1.0)),
        y=Scale(max(low / 1.5, _LEAST), high * 1.5, log=True),
        x_title="records taken",
        y_title="evidence (to 1)",
        x_word="record",
        series=tuple(lines),
        levels=tuple(levels.values()),
        points=len(shown) <= _MOST_POINTS // 2,
    )


def _some(looks: Sequence[QualityEvidence]) -> list[QualityEvidence]:
    """Return looks spread evenly, the last one among them."""
    every = math.ceil(len(looks) / _MOST_POINTS)
    return list(looks[::-every][::-1])


def _within(log_value: float) -> float:
    return min(max(math.exp(min(log_value, 50)), _LEAST), _MOST)


def _roc_chart(report: dict[str, Any], names: tuple[str, str]) -> Chart:
    lines = [Series("by chance", "ink", (0.0, 1.0), (0.0, 1.0), ("", ""), width=math.inf)]
    for side, name in zip(("baseline", "canary"), names, strict=True):
        curve, area = report[side]["roc_curve"], report[side]["roc_auc"]
        x, y = tuple(map(float, curve["fpr"])), tuple(map(float, curve["tpr"]))
        lines.append(Series(f"{name} (AUC {area:.4f})", side, x, y, ("",) * len(x), width=math.inf))
    return Chart(
        id="roc",
        title="ROC curves",
        note="True positives against false positives at every threshold: the higher, the better.",
        x=_WHOLE,
        y=_WHOLE,
        x_title="false-positive rate",
        y_title="true-positive rate",
        x_word="rate",
        series=tuple(lines),
        points=False,
    )


def _tables(evidence: QualityEvidence, report: dict[str, Any]) -> Iterator[Table]:
    names = (evidence.baseline, evidence.canary)
    yield _table(
        "Metrics",
        ("metric", *names, "difference"),
        (
            (name, value, report["canary"].get(name), report["difference"].get(name))
            for name, value in report.get("baseline", {}).items()
            if isinstance(value, float)
        ),
        sample_told(report) or "",
    )
    yield _table(
        "Time and size on the same requests",
        ("a request", *names, "median ratio", "95% interval", "requests"),
        map(_measured, map(as_told, evidence.measured)),
    )
    yield _table(
        "By slice",
        (
            "slice",
            "records",
            "baseline accuracy",
            "canary accuracy",
            "only baseline right",
            "only canary right",
        ),
        map(_slice, report.get("slices") or ()),
    )
    yield _table(
        "What failed",
        ("variant", "cause", "alone", "on both", "it said"),
        (tuple(row.values()) for row in failure_rows(evidence)),
    )
    yield _table(
        "Records the two disagree on",
        ("record", "label", *names),
        ((one.record, one.label, one.baseline, one.canary) for one in evidence.disagreements),
        "What each decided; in brackets the score that it was decided by, where it is another.",
    )
    yield _table("Notes", ("kind", "what"), ((note.kind, note.text) for note in evidence.notes))


def _slice(one: dict[str, Any]) -> tuple[Any, ...]:
    return (
        one["slice"],
        one["records"],
        one["baseline"].get("accuracy"),
        one["canary"].get("accuracy"),
        one["discordant"]["baseline_only"],
        one["discordant"]["canary_only"],
    )


def _measured(told: dict[str, Any]) -> tuple[Any, ...]:
    """Return what the answers cost on the same requests."""
    ratio = told["ratio"]
    within = "-" if ratio["low"] is None else f"{ratio['low']:.3g} to {ratio['high']:.3g}"
    sides = (told["baseline"], told["canary"])
    return (
        told["figure"],
        *(f"{side['median']:.4g} (p95 {side['p95']:.4g})" for side in sides),
        f"{ratio['median']:.3g}",
        within,
        told["requests"],
    )


def _table(
    title: str, head: tuple[str, ...], rows: Iterable[Sequence[Any]], note: str = ""
) -> Table:
    return Table(title, head, tuple(tuple(map(_cell, row)) for row in rows), note)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.6f}" if isinstance(value, float) else str(value)
