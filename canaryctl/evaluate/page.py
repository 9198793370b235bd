"""An evaluation as one self-contained HTML page: answer, evidence, ROC curves, metrics, slices,
disagreements.
"""

import math
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from canary.domain.labelled.account import account_of
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.side_by_side import as_told
from canaryctl.evaluate.document import overall_answer, sample_told
from canaryctl.evaluate.failures import failure_rows

BASELINE_COLOUR, CANARY_COLOUR = "#3b6ea8", "#d9822b"
_TONES = {"better": "good", "not worse": "good", "worse": "bad", "not enough evidence": "open"}
_DASHES = ("solid", "dash", "dot", "dashdot")
_CONFIG = {"displayModeBar": False, "responsive": True}
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;
padding:0 1rem;color:#1d2733}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%}
td,th{padding:.3rem .6rem;border-bottom:1px solid #dfe4ea;text-align:right}
td:first-child,th:first-child{text-align:left}
.answer{display:inline-block;padding:.4rem .8rem;border-radius:.4rem;font-weight:600;margin:1rem 0}
.good{background:#d9f2e3}.bad{background:#fadbd8}.open{background:#fdf0d0}
.muted{color:#66707c}
"""


def write_page(path: Path, evidence: QualityEvidence, looks: Sequence[QualityEvidence]) -> None:
    """Write the page; `looks` is the evidence after each batch, for the way it grew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page_of(evidence, looks), "utf-8")


def page_of(evidence: QualityEvidence, looks: Sequence[QualityEvidence]) -> str:
    """Return the page as text."""
    report: dict[str, Any] = evidence.report if isinstance(evidence.report, dict) else {}
    answer = overall_answer(evidence)
    names = (evidence.baseline, evidence.canary)
    charts = [_evidence_chart(looks)] if looks else []
    if report.get("baseline", {}).get("roc_curve") and report.get("canary", {}).get("roc_curve"):
        charts.append(_roc_chart(report, names))
    drawn = "".join(
        f"<div>{_div(chart, 'inline' if i == 0 else False)}</div>" for i, chart in enumerate(charts)
    )
    title = f"{evidence.endpoint}: is {evidence.canary} better than {evidence.baseline}?"
    return "".join(
        [
            (
                '<!doctype html><html lang="en"><head><meta '
                f'charset="utf-8"><title>{escape(title)}</title>'
            ),
            f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>",
            f'<p class="answer {_TONES[answer]}">{escape(answer)}</p>',
            "" if evidence.contract is None else f"<p>{escape(evidence.contract.told)}</p>",
            "".join(f"<p>{escape(finding.reason)}</p>" for finding in evidence.findings),
            f'<p class="muted">{escape(_counts(evidence))}</p><div class="charts">{drawn}</div>',
            _metrics(report, names),
            _measured(evidence, names),
            _slices(report),
            _failures(evidence),
            _disagreements(evidence),
            _notes(evidence),
            "</body></html>",
        ]
    )


def _failures(evidence: QualityEvidence) -> str:
    rows = [tuple(row.values()) for row in failure_rows(evidence)]
    return _table("What failed", ("variant", "cause", "alone", "on both", "it said"), rows)


def _counts(evidence: QualityEvidence) -> str:
    counts = evidence.counts
    return (
        f"{evidence.labelled_set} ({evidence.set_version[:16]}): "
        f"{account_of(evidence).in_words()}; "
        f"errors {counts.errors_baseline} baseline and {counts.errors_canary} canary."
    )


def _evidence_chart(looks: Sequence[QualityEvidence]) -> go.Figure:
    figure = go.Figure()
    positions = [look.position for look in looks]
    for index, first in enumerate(looks[0].findings):
        series = [look.findings[index] for look in looks]
        for name, values, threshold, colour in (
            ("worse", [f.log_roll_back for f in series], first.log_roll_back_threshold, "#c0392b"),
            ("not worse", [f.log_advance for f in series], first.log_advance_threshold, "#2e8b57"),
        ):
            label, line = (
                f"{first.metric}: {name}",
                {"color": colour, "dash": _DASHES[index % len(_DASHES)]},
            )
            figure.add_scatter(x=positions, y=[math.exp(v) for v in values], name=label, line=line)
            figure.add_hline(math.exp(threshold), line={"color": colour, "dash": "dot"})
    figure.update_yaxes(type="log", title="evidence (to 1), dotted: what is needed")
    figure.update_xaxes(title="records taken")
    return _laid_out(figure, "Evidence as it grew")


def _roc_chart(report: dict[str, Any], names: tuple[str, str]) -> go.Figure:
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], line={"color": "#b8c0c8", "dash": "dot"}, showlegend=False
    )
    for side, name, colour in zip(
        ("baseline", "canary"), names, (BASELINE_COLOUR, CANARY_COLOUR), strict=True
    ):
        curve, area = report[side]["roc_curve"], report[side]["roc_auc"]
        figure.add_scatter(
            x=curve["fpr"], y=curve["tpr"], name=f"{name} (AUC {area:.4f})", line={"color": colour}
        )
    figure.update_xaxes(title="false-positive rate")
    figure.update_yaxes(title="true-positive rate")
    return _laid_out(figure, "ROC curves")


def _laid_out(figure: go.Figure, title: str) -> go.Figure:
    return figure.update_layout(
        title=title,
        template="plotly_white",
        height=380,
        margin={"l": 60, "r": 20, "t": 50, "b": 80},
        legend={"orientation": "h", "y": -0.25},
    )


def _metrics(report: dict[str, Any], names: tuple[str, str]) -> str:
    rows = [
        (name, value, report["canary"].get(name), report["difference"].get(name))
        for name, value in report.get("baseline", {}).items()
        if isinstance(value, float)
    ]
    told = sample_told(report)
    note = "" if told is None else f'<p class="muted">{escape(told)}</p>'
    return _table("Metrics", ("", *names, "difference"), rows) + note


def _slices(report: dict[str, Any]) -> str:
    rows = [
        (
            one["slice"],
            one["records"],
            one["baseline"].get("accuracy"),
            one["canary"].get("accuracy"),
            one["discordant"]["baseline_only"],
            one["discordant"]["canary_only"],
        )
        for one in report.get("slices") or ()
    ]
    head = (
        "slice",
        "records",
        "baseline accuracy",
        "canary accuracy",
        "only baseline right",
        "only canary right",
    )
    return _table("By slice", head, rows)


def _measured(evidence: QualityEvidence, names: tuple[str, str]) -> str:
    """Return what the answers cost on the same requests."""
    rows = []
    for told in map(as_told, evidence.measured):
        one, other, ratio = told["baseline"], told["canary"], told["ratio"]
        within = "-" if ratio["low"] is None else f"{ratio['low']:.3g} to {ratio['high']:.3g}"
        rows.append(
            (
                told["figure"],
                *(f"{side['median']:.4g} (p95 {side['p95']:.4g})" for side in (one, other)),
                f"{ratio['median']:.3g}",
                within,
                told["requests"],
            )
        )
    head = ("a request", *names, "median ratio", "95% interval", "requests")
    return _table("Time and size on the same requests", head, rows)


def _disagreements(evidence: QualityEvidence) -> str:
    rows = [(one.record, one.label, one.baseline, one.canary) for one in evidence.disagreements]
    return _table(
        "Records the two disagree on", ("record", "label", evidence.baseline, evidence.canary), rows
    )


def _notes(evidence: QualityEvidence) -> str:
    return _table("Notes", ("kind", "what"), [(note.kind, note.text) for note in evidence.notes])


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table with its heading, or nothing when there are no rows."""
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    if not body:
        return ""
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    return f"<h2>{escape(title)}</h2><table><tr>{heads}</tr>{body}</table>"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def _div(chart: Any, library: Any) -> str:
    return str(chart.to_html(full_html=False, include_plotlyjs=library, config=_CONFIG))
