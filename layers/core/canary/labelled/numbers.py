"""Numbers in answers: read strictly, refused in words."""

import math


class UnreadableAnswer(Exception):
    """An answer that is not a prediction for the task, with what was found instead."""


def probability(value: object) -> float:
    """Return the value as a probability; raise UnreadableAnswer for NaN or anything outside 0 to 1."""
    score = number(value)
    if not 0 <= score <= 1:
        raise UnreadableAnswer(f"score {score:g} is outside 0 to 1 (answer with probabilities, not margins)")
    return score


def number(value: object) -> float:
    """Return the value as a finite float; raise UnreadableAnswer otherwise."""
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise UnreadableAnswer(f"{shown(value)} is not a number") from None
    if not math.isfinite(result):
        raise UnreadableAnswer(f"score is {result}")
    return result


def is_number(value: object) -> bool:
    """Return whether the value is a number or text written like one; NaN and infinity count as numbers."""
    if isinstance(value, bool | int | float):
        return True
    try:
        return isinstance(value, str) and bool(value.strip()) and float(value) is not None
    except ValueError:
        return False


def shown(value: object) -> str:
    """Return a value shortened for a message."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
