"""The labelled set on the page: metrics side by side, the paired numbers that decided, and records
they differ on.
"""

import math
from dataclasses import dataclass
from typing import Any

from canary.domain.labelled.by_request.paired_ratio import FIGURE_OF
from canary.domain.labelled.evidence import Disagreement, QualityEvidence, QualityFinding
from canary.domain.labelled.metrics import metric_of
from canary.domain.words import strength, strength_beside
from canaryctl.history import Picture, RolloutHistory

PICTURES_AT_MOST = 12
INK_FROM = 0.05


@dataclass(frozen=True)
class Bar:
    """Evidence against its threshold; `filled` is the part of the way there on a logarithmic scale,
    0-1.
    """

    label: str
    value: str
    needed: str
    filled: float
    tone: str


@dataclass(frozen=True)
class Paired:
    """One deciding metric: what each variant had, on how many records they differed, and the
    evidence. `both` right and `neither` are None where a record is not right or wrong.
    """

    finding: QualityFinding
    name: str
    drop: str
    both: int | None
    neither: int | None
    baseline_only: int
    canary_only: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Shown:
    """One record on which the variants disagree, with its picture as an SVG path where it has
    one.
    """

    disagreement: Disagreement
    path: str
    size: int


def paired_of(quality: QualityEvidence) -> list[Paired]:
    """Return one entry a deciding metric."""
    states = {(state.metric, state.slice): state for state in quality.states}
    return [
        _paired(finding, states.get((finding.metric, finding.slice)))
        for finding in quality.findings
    ]


def _paired(finding: QualityFinding, state: Any) -> Paired:
    baseline_only, canary_only = (state.baseline_only, state.canary_only) if state else (0, 0)
    both = neither = None
    if state and state.weight is None and metric_of(finding.metric).counted:
        both = round(state.baseline_sum) - baseline_only
        neither = state.records - both - baseline_only - canary_only
    bars = (
        _bar("for worse", finding.log_roll_back, finding.log_roll_back_threshold, "bad"),
        _bar("for good enough", finding.log_advance, finding.log_advance_threshold, "good"),
    )
    sides = (both, neither, baseline_only, canary_only)
    return Paired(finding, _name(finding), _drop(finding), *sides, bars)


def _name(finding: QualityFinding) -> str:
    return finding.metric if finding.slice is None else f"{finding.metric}, {finding.slice}"


def _drop(finding: QualityFinding) -> str:
    """Return how much worse the canary is, in the metric's own unit."""
    if finding.drop is None:
        return ""
    if finding.metric in FIGURE_OF:
        return f"{1 + finding.drop:.3g}x"
    unit = metric_of(finding.metric).unit
    return f"{finding.drop:+.3g} {unit}" if unit else f"{100 * finding.drop:+.2f} points"


def _bar(label: str, log_value: float, log_needed: float, tone: str) -> Bar:
    filled = min(max(log_value / log_needed, 0.0), 1.0) if log_needed > 0 else 0.0
    return Bar(label, strength_beside(log_value, log_needed), strength(log_needed), filled, tone)


def metrics_of(quality: QualityEvidence) -> list[tuple[str, str, str, str]]:
    """Return (metric, baseline, canary, difference) of every plain number in the report."""
    report = quality.report if isinstance(quality.report, dict) else {}
    baseline, canary = report.get("baseline"), report.get("canary")
    if not isinstance(baseline, dict) or not isinstance(canary, dict):
        return []
    rows = []
    for name, value in baseline.items():
        other = canary.get(name)
        if isinstance(value, float) and isinstance(other, float):
            rows.append(
                (name.replace("_", " "), f"{value:.4f}", f"{other:.4f}", f"{other - value:+.4f}")
            )
    return rows


def shown_of(history: RolloutHistory) -> list[Shown]:
    """Return the disagreements that can be shown as pictures, records only the baseline has right
    first.
    """
    if history.quality is None or not history.pictures:
        return []
    pictured = [d for d in history.quality.disagreements if d.record in history.pictures]
    pictured.sort(key=lambda d: (d.baseline != d.label, d.canary == d.label))
    return [_shown(d, history.pictures[d.record]) for d in pictured[:PICTURES_AT_MOST]]


def _shown(disagreement: Disagreement, picture: Picture) -> Shown:
    return Shown(disagreement, picture_path(picture), len(picture))


def picture_path(picture: Picture) -> str:
    """Return a picture as one SVG path in pixel units: darker pixels are larger squares, so one
    colour is enough.
    """
    squares = []
    for y, row in enumerate(picture):
        for x, ink in enumerate(row):
            if ink >= INK_FROM:
                side = math.sqrt(min(ink, 1.0))
                corner = (1 - side) / 2
                squares.append(
                    f"M{x + corner:.2f} {y + corner:.2f}h{side:.2f}v{side:.2f}h-{side:.2f}z"
                )
    return "".join(squares)
