"""Numbers in answers, read strictly; and what any value is, in words that leave the value out."""

import math


class UnreadableAnswer(Exception):
    """An answer that is not a prediction for the task, with the kind of what was found instead."""


ROUNDING = 1e-4
"""How far outside 0 to 1 a probability may be by the rounding of the sums it came from."""


def probability(value: object) -> float:
    """Return the value as a probability, rounding outside 0 to 1 taken off; raise UnreadableAnswer
    for NaN or anything further outside.
    """
    score = number(value)
    if 0 <= score <= 1:
        return score
    if not -ROUNDING <= score <= 1 + ROUNDING:
        raise UnreadableAnswer("a score is outside 0 to 1 (answer with probabilities, not margins)")
    return min(max(score, 0.0), 1.0)


LARGEST = 1e100
"""The largest number that is read as a measurement: errors of such can still be squared and summed
in a double, and those of larger ones cannot.
"""


def measurement(value: object) -> float:
    """Return the value as a number whose square can be told; raise UnreadableAnswer otherwise."""
    found = number(value)
    if abs(found) > LARGEST:
        raise UnreadableAnswer(f"a number beyond {LARGEST:g}, which no measurement is")
    return found


def number(value: object) -> float:
    """Return the value as a finite float; raise UnreadableAnswer otherwise."""
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise UnreadableAnswer(f"{kind_of(value)} is not a number that can be read") from None
    if not math.isfinite(result):
        raise UnreadableAnswer(f"score is {result}")
    return result


def sigmoid(value: float) -> float:
    """Return the probability that a logit stands for."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    grown = math.exp(value)
    return grown / (1 + grown)


def is_number(value: object) -> bool:
    """Return whether the value is a number or text written like one; NaN and infinity count as
    numbers.
    """
    if isinstance(value, bool | int | float):
        return True
    try:
        return isinstance(value, str) and bool(value.strip()) and float(value) is not None
    except ValueError:
        return False


def kind_of(value: object) -> str:
    """Return what a value is, for a message, without the value: "text", "a number", "a list of 3",
    ...
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    if not is_number(value):
        return (
            f"text of {len(value)} characters"
            if isinstance(value, str)
            else "a value of no known kind"
        )
    finite = isinstance(value, int) or math.isfinite(float(value))  # type: ignore[arg-type]
    return "a number" if finite else "no finite number"
