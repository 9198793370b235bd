"""What every chart of a page shares: the rollout's own minutes, its steps shaded and named, its
moves dotted.
"""

from collections.abc import Sequence
from typing import Any

from canary.domain.words import percent
from canaryctl.history import RolloutHistory
from canaryctl.report.minutes import newest_minute, start_of
from canaryctl.report.timeline import Segment, segments_of

Json = dict[str, Any]


def figure_of(history: RolloutHistory, traces: list[Json], layout: Json) -> Json:
    """Return a figure on the rollout's own minutes with its steps shaded, its moves dotted and its
    shares named.
    """
    segments = segments_of(history.record, newest_minute(history))
    own = layout.pop("shapes", []), layout.pop("annotations", [])
    return {
        "data": traces,
        "layout": {
            "xaxis": axis("minutes since the start", range=_span(history, segments)),
            **layout,
            "shapes": [shape for segment in segments for shape in _marks(segment)] + own[0],
            "annotations": [_label(segment) for segment in segments if segment.kind in SERVED]
            + own[1],
        },
    }


SERVED = frozenset({"gate", "bake", "watch"})


def _span(history: RolloutHistory, segments: Sequence[Segment]) -> list[float]:
    """Return the same minutes for every chart of a page, so that one can be read below the
    other.
    """
    start = start_of(history.record)
    counted = [entry.minute - start for entry in history.ledger]
    return [
        min([0, *counted]) - 0.5,
        max([segments[-1].last, *(minute + 1 for minute in counted)]) + 0.5,
    ]


def _marks(segment: Segment) -> list[Json]:
    if segment.kind in {"move", "plan"}:
        return []
    role = {"restore": "role:bad", "watch": "role:good", "gate": "role:baseline"}.get(
        segment.kind, "role:canary"
    )
    shade = {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": segment.first,
        "x1": segment.last,
        "y0": 0,
        "y1": 1,
        "fillcolor": role,
        "opacity": 0.07 + 0.1 * segment.share,
        "line": {"width": 0},
        "layer": "below",
    }
    moved = {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": segment.first,
        "x1": segment.first,
        "y0": 0,
        "y1": 1,
        "line": {"color": "role:muted", "width": 1, "dash": "dot"},
    }
    return [shade, moved]


def _label(segment: Segment) -> Json:
    return {
        "x": (segment.first + segment.last) / 2,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "text": percent(segment.share),
        "showarrow": False,
        "font": {"color": "role:muted", "size": 12},
    }


def axis(title: str, **more: Any) -> Json:
    """Return an axis with a title; zooming is left to the browser."""
    return {"title": {"text": title}, "fixedrange": True, "zeroline": False, **more}
