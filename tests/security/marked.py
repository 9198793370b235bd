"""A labelled set whose every cell is a mark that can be found again, and models that repeat what
they are sent.

Labels, ids and features are text or odd numbers that nothing else writes; no spec here names one of
them.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from emulator.endpoints import ModelFailure
from tests.faults.base import SPEC

BUCKET = "marked"
MARKS = ("idmark", "labelmark", "textmark", ".40625")
"""A part of every mark: the id's, the label's, the text feature's, and the fraction of every
number.
"""
Row = tuple[str, str, str, str]
HEAD_BYTES = 262_144


def row(number: int, label: str | None = None) -> Row:
    """Return id, label, text and number of one record."""
    return (
        f"idmark{number:06d}",
        f"labelmark-{'even' if number % 2 == 0 else 'odd'}" if label is None else label,
        f"textmark{number:06d}",
        f"{52_000 + number}.40625",
    )


ROWS = [row(number) for number in range(160)]
ONE_CLASS = [row(number, "labelmark-alone") for number in range(HEAD_BYTES // 40)]


def csv(rows: Sequence[Row]) -> str:
    """Return rows as a CSV without a header."""
    return "\n".join(map(",".join, rows))


def json_lines(rows: Sequence[Row]) -> str:
    """Return rows as JSON Lines, each id a field's name."""
    return "\n".join(
        json.dumps({r[0]: r[3], "diagnosis": r[1], "text": r[2], "size": r[3]}) for r in rows
    )


def spec(key: str, **fields: Any) -> dict[str, Any]:
    """Return a rollout's spec that is judged on a marked set."""
    guard = {
        "labelled_set": f"s3://{BUCKET}/{key}",
        "label_column": 1,
        "id_column": 0,
        "slice_column": 2,
        "task": "multiclass",
        "metrics": {"accuracy": {"max_worse": 0.2}},
        "concurrency": 1,
        "max_requests_per_second": 100,
    }
    quality = {name: value for name, value in {**guard, **fields}.items() if value is not None}
    return {**SPEC, "guards": {**SPEC["guards"], "quality": quality}}


class MarkedModel:
    """Answers live traffic 0.5; a marked row by its label, or for some rows by what `odd` makes of
    it.
    """

    def __init__(
        self, odd: dict[int, Callable[[Sequence[Any]], Any]] | None = None, every: Any = None
    ) -> None:
        self._label = {one[2]: one[1] for one in ROWS}
        self._odd, self._every = odd or {}, every

    def predict_batch(self, rows: Any) -> list[Any]:
        """Return one answer a row."""
        return [self._answer(one) for one in rows]

    def _answer(self, one: Sequence[Any]) -> Any:
        if not isinstance(one[0], str):
            return 0.5
        odd = self._odd.get(int(one[0].removeprefix("textmark")), self._every)
        return self._label.get(one[0], "labelmark-new") if odd is None else odd(one)


def repeats(one: Sequence[Any]) -> Any:
    """Answer a line of the row's own cells: no class, no probabilities."""
    return [str(cell) for cell in one]


def fails(one: Sequence[Any]) -> ModelFailure:
    """Fail as containers do, with the row in the message."""
    return ModelFailure(
        f"ValueError: could not convert string to float: {one[0]!r} in {list(one)}", 500
    )


def errs(one: Sequence[Any]) -> str:
    """Answer a class that no record has."""
    return f"labelmark-of-{one[0]}"


def is_stuck(_one: Sequence[Any]) -> str:
    """Answer one class whatever is asked."""
    return "labelmark-odd"
