"""The charts as plain plotly figures: traces and layout, colours named by role.

Rules: a colour is always "role:<name>"; the page's script fills it in, so that light, dark and
paper get their own.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

from canary.domain.judge.judgement import Judgement
from canary.domain.model import Frozen
from canary.domain.plan.guards import CountGuard
from canary.domain.words import strength
from canaryctl.history import RolloutHistory
from canaryctl.report.figure import Json, axis, figure_of
from canaryctl.report.minutes import (
    Line,
    Looked,
    evidence_line,
    judged_minutes,
    looks_of,
    rate_lines,
    request_lines,
    start_of,
)

LEAST, MOST = 1e-3, 1e6
GUARD_COLOURS = 6


class Chart(Frozen):
    """One chart: a title, how to read it, and its plotly figure."""

    id: str
    title: str
    note: str
    figure: Json


def charts_of(history: RolloutHistory) -> list[Chart]:
    """Return the charts in reading order: rates where a live step was served, evidence where it was
    judged.
    """
    looks = looks_of(history)
    charts = [_requests(history)]
    if any(bake.step for bake in history.record.bakes):
        charts += [_rates(history, guard) for guard in history.record.plan.guards]
    if any(look.judgement and look.verdict.step for look in looks):
        charts += [_roll_back(history, looks), *_advance(history, looks)]
    return charts


def _requests(history: RolloutHistory) -> Chart:
    lines = request_lines(history)
    traces = [
        {
            "type": "bar",
            "name": line.name,
            "x": [x + 0.5 for x in line.x],
            "y": line.y,
            "customdata": line.notes,
            "marker": {"color": _role(history, line.name), "line": {"width": 0}},
            "hovertemplate": "minute %{x:.0f}: %{customdata}<extra>%{fullData.name}</extra>",
        }
        for line in lines
    ]
    counted = "counted by the router itself" if history.ledger else "as CloudWatch published them"
    return Chart(
        id="requests",
        title="Requests per minute and variant",
        note=f"Live traffic, {counted}. Shaded and named above: the share that was "
        "asked for; each dotted line is a move that arrived.",
        figure=figure_of(
            history, traces, {"barmode": "stack", "bargap": 0, "yaxis": axis("requests a minute")}
        ),
    )


def _rates(history: RolloutHistory, guard: CountGuard) -> Chart:
    judged = {float(minute - start_of(history.record)) for minute in judged_minutes(history)}
    suffix = "%" if guard.value is None else guard.unit
    traces = [_rate_trace(history, line, judged, suffix) for line in rate_lines(history, guard)]
    what, scale = "Percent of each variant's requests in each minute.", {"ticksuffix": "%"}
    if guard.value is not None:
        what, scale = "One number a minute and variant.", {"ticksuffix": guard.unit}
    return Chart(
        id=guard.name,
        title=guard.title,
        note=f"{what} Filled dots were judged; hollow ones were not "
        "(warm-up after a move, a move itself, or the evaluation's own calls).",
        figure=figure_of(
            history,
            traces,
            {"yaxis": axis(_unit(guard), rangemode="tozero", **scale)},
        ),
    )


def _unit(guard: CountGuard) -> str:
    return "percent" if guard.value is None else guard.unit.strip() or guard.words.bad


def _rate_trace(history: RolloutHistory, line: Line, judged: set[float], suffix: str) -> Json:
    role = _role(history, line.name)
    symbols = ["circle" if x in judged else "circle-open" for x in line.x]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": line.name,
        "x": [x + 0.5 for x in line.x],
        "y": line.y,
        "customdata": line.notes,
        "line": {"color": role, "width": 2},
        "marker": {"color": role, "symbol": symbols, "size": 6},
        "connectgaps": False,
        "hovertemplate": (
            "minute %{x:.0f}: %{y:.3g}" + suffix + " (%{customdata})<extra>%{fullData.name}</extra>"
        ),
    }


def _roll_back(history: RolloutHistory, looks: Sequence[Looked]) -> Chart:
    guards = history.record.plan.guards
    live = [look for look in looks if look.verdict.step]
    parts = [
        evidence_line(live, guard.words.bad, partial(_part, index))
        for index, guard in enumerate(guards)
    ]
    traces = [
        _evidence(parts[index], _colour(index), width=1.5) for index, guard in enumerate(guards)
    ]
    whole = _evidence(
        evidence_line(live, "all guards", lambda j: j.evidence.log_roll_back), "role:ink", width=3
    )
    threshold = _threshold(live, lambda j: j.evidence.log_roll_back_threshold)
    traces = traces if len(guards) > 1 else []
    return Chart(
        id="rollback",
        title="Evidence that the canary is worse",
        note=f"The strong line is compared with the threshold, {strength(threshold)}: at or "
        "above it the canary is "
        "taken back. Coloured lines are each guard's share of it. However often one looks, a "
        "canary that is no worse "
        "than the tolerance crosses it in at most "
        f"1 of {strength(threshold)} rollouts.",
        figure=_evidence_figure(history, [*traces, whole], threshold, "role:bad", "roll back"),
    )


def _part(index: int, judgement: Judgement) -> float:
    """Return ln of a guard's share of the combined evidence; the shares of all guards add up to
    it.
    """
    evidence_now = judgement.evidence
    if index >= len(evidence_now.guards) or not evidence_now.guards[index].share_of_roll_back:
        return -math.inf
    return evidence_now.log_roll_back + math.log(evidence_now.guards[index].share_of_roll_back)


def _advance(history: RolloutHistory, looks: Sequence[Looked]) -> list[Chart]:
    gates = range(1, history.record.plan.last_step)
    live = [look for look in looks if look.verdict.step in gates]
    if not any(look.judgement for look in live):
        return []
    traces = []
    for index, guard in enumerate(history.record.plan.guards):
        for step in gates:
            line = evidence_line(
                [look for look in live if look.verdict.step == step],
                guard.words.bad,
                partial(_log_advance, index),
            )
            traces.append(
                {
                    **_evidence(line, _colour(index), width=2),
                    "legendgroup": guard.name,
                    "showlegend": step == 1,
                }
            )
    threshold = _threshold(live, lambda j: j.evidence.log_advance_threshold)
    chart = Chart(
        id="advance",
        title="Evidence that the canary is good enough",
        note="Fresh at every step: the share rises only when every guard stands at or above "
        f"{strength(threshold)} "
        "after the shortest bake. The last step below 100% is judged at the strict margin.",
        figure=_evidence_figure(history, traces, threshold, "role:good", "advance"),
    )
    return [chart]


def _log_advance(index: int, judgement: Judgement) -> float:
    return judgement.evidence.guards[index].log_advance


def _threshold(looks: Sequence[Looked], value: Callable[[Judgement], float]) -> float:
    return next((value(look.judgement) for look in reversed(looks) if look.judgement), math.log(20))


def _evidence(line: Line, role: str, width: float) -> Json:
    shown = [None if y is None else min(max(math.exp(min(y, 50)), LEAST), MOST) for y in line.y]
    notes = ["" if y is None else strength(y) for y in line.y]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": line.name,
        "x": line.x,
        "y": shown,
        "customdata": notes,
        "line": {"color": role, "width": width},
        "marker": {"color": role, "size": width + 2},
        "hovertemplate": "minute %{x:.0f}: %{customdata}<extra>%{fullData.name}</extra>",
    }


def _evidence_figure(
    history: RolloutHistory, traces: list[Json], threshold: float, role: str, what: str
) -> Json:
    level = math.exp(threshold)
    values = [y for trace in traces for y in trace["y"] if y is not None]
    top = math.log10(max([level * 5, *values]) * 1.5)
    bottom = math.log10(max(LEAST, min([0.5, *values]) / 1.5))
    value_axis = axis("evidence", type="log", range=[bottom, top], dtick=1)
    value_axis["tickvals"] = [10.0**power for power in range(-3, 7)]
    value_axis["ticktext"] = [
        "0.001",
        "0.01",
        "0.1",
        "1",
        "10",
        "100",
        "1,000",
        "10,000",
        "100,000",
        "1,000,000",
    ]
    layout = {
        "yaxis": value_axis,
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": level,
                "y1": level,
                "line": {"color": role, "width": 2, "dash": "dash"},
            }
        ],
        "annotations": [
            {
                "xref": "paper",
                "x": 1,
                "y": math.log10(level),
                "xanchor": "right",
                "yanchor": "bottom",
                "text": f"{what} at {strength(threshold)}",
                "showarrow": False,
                "font": {"color": role},
            }
        ],
    }
    return figure_of(history, traces, layout)


def _colour(index: int) -> str:
    """Return the colour of a guard by its place in the plan; they begin again after the last."""
    return f"role:guard-{index % GUARD_COLOURS}"


def _role(history: RolloutHistory, name: str) -> str:
    return "role:canary" if name == history.record.canary else "role:baseline"
