"""A detector's boxes: average precision of one picture, averaged over classes and IoU thresholds.

Task `custom`: label and answer are lists of {"label", "box": [left, top, right, bottom]}, an
answer's with a "score", or as the built-in detector tells them, [class, score, left, top, right,
bottom]. For each class of the picture the boxes are matched greedily by score, as
in COCO's evaluation (Lin et al. 2014), at IoU .50 to .95, and precision is averaged over recall. A
picture's mean is a score of 0 to 1 and so decides; COCO's mAP over the whole set is no mean over
pictures, but moves with it.
"""

from collections.abc import Sequence
from typing import Any

Box = Sequence[float]
THRESHOLDS = tuple(0.5 + 0.05 * step for step in range(10))


def score(event: dict[str, Any], context: object = None) -> dict[str, list[float]]:
    """Return {"scores"}: each picture's mean average precision."""
    del context
    return {"scores": [picture(item["label"], boxes(item["answer"])) for item in event["items"]]}


def boxes(told: list[Any]) -> list[dict[str, Any]]:
    """Return an answer's boxes as objects."""
    return [
        one
        if isinstance(one, dict)
        else {"label": int(one[0]), "score": one[1], "box": list(one[2:])}
        for one in told
    ]


def picture(wanted: list[dict[str, Any]], told: list[dict[str, Any]]) -> float:
    """Return the mean over classes and thresholds; a picture of nothing is right with no box."""
    classes = {one["label"] for one in wanted} | {one["label"] for one in told}
    if not classes:
        return 1.0
    found = [
        average_precision(
            [one["box"] for one in wanted if one["label"] == name],
            sorted((one for one in told if one["label"] == name), key=lambda one: -one["score"]),
            threshold,
        )
        for name in classes
        for threshold in THRESHOLDS
    ]
    return sum(found) / len(found)


def average_precision(wanted: list[Box], told: list[dict[str, Any]], threshold: float) -> float:
    """Return the area under precision over recall, for one class at one threshold."""
    if not wanted:
        return 0.0
    free, hits, area = list(range(len(wanted))), 0, 0.0
    for rank, one in enumerate(told, start=1):
        best = max(free, key=lambda i: overlap(wanted[i], one["box"]), default=None)
        if best is not None and overlap(wanted[best], one["box"]) >= threshold:
            free.remove(best)
            hits += 1
            area += hits / rank
    return area / len(wanted)


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over the union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    both = area_of(one) + area_of(other) - shared
    return shared / both if both > 0 else 0.0


def area_of(box: Box) -> float:
    """Return a box's area."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
