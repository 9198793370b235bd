"""Containers as they answer, one a kind of model: the records of a set, and what a model that knows
the right answers, or takes a wrong one for right, says to a request.

The number of a record stands in it somewhere, so that a request finds its records in whatever form
they are sent. Numbers have six digits and begin with 1: nothing else in a request looks like one.
"""

import json
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

FIRST = 100_000
_NUMBER = re.compile(rb"1\d{5}")

Says = Sequence[tuple[Any, int]]
"""What a model takes for the right label of each record of a request, and the record's number."""


def numbers_in(body: bytes) -> list[int]:
    """Return the numbers of the records in a request of text."""
    return list(dict.fromkeys(map(int, _NUMBER.findall(body))))


def numbers_in_npy(body: bytes) -> list[int]:
    """Return the numbers in the first column of an array of two columns of float64."""
    (length,) = struct.unpack("<H", body[8:10])
    return [int(pair[0]) for pair in struct.iter_unpack("<2d", body[10 + length :])]


@dataclass(frozen=True)
class Container:
    """One kind of model: its records, and its answers.

    `row(number, label)` is a record's columns but for the label; `answer(says)` the body of an
    answer. `labels` are the right answers that occur, `wrong(label)` one that is not right.
    """

    labels: tuple[Any, ...]
    row: Callable[[int, Any], dict[str, Any]]
    answer: Callable[[Says], Any]
    content_type: str = "application/json"
    numbers: Callable[[bytes], list[int]] = numbers_in
    wrong: Callable[[Any], Any] | None = None
    files: Callable[[int], tuple[str, bytes]] | None = None
    """A file beside the set that a record names."""

    def label(self, number: int) -> Any:
        """Return the right answer of a record."""
        return self.labels[number % len(self.labels)]

    def mistaken(self, label: Any) -> Any:
        """Return another answer than the right one."""
        if self.wrong is not None:
            return self.wrong(label)
        return self.labels[(self.labels.index(label) + 1) % len(self.labels)]

    def body(self, says: Says) -> bytes:
        """Return the bytes of an answer."""
        found = self.answer(says)
        return found.encode() if isinstance(found, str) else json.dumps(found).encode()


def _features(number: int, _: Any) -> dict[str, Any]:
    return {"n": number, "x": number % 7}


def _text(number: int, _: Any) -> dict[str, Any]:
    return {"text": f'record "{number}", as written'}


def _sure(number: int) -> float:
    """Return how sure a model is of what it takes for right, above a half."""
    return 0.6 + (number * 37 % 39) / 100


def _positive(one: tuple[Any, int], positive: Any = 1) -> float:
    """Return the probability of the positive label."""
    label, number = one
    return round(_sure(number) if label == positive else 1 - _sure(number), 4)


def _row(one: tuple[Any, int], classes: Sequence[Any]) -> list[float]:
    """Return a row of probabilities in the order of the classes."""
    label, number = one
    rest = round((1 - _sure(number)) / (len(classes) - 1), 6)
    return [1 - rest * (len(classes) - 1) if name == label else rest for name in classes]


def _logit(one: tuple[Any, int]) -> float:
    return (1 if one[0] == 1 else -1) * (0.3 + 3 * _sure(one[1]))


def _lines(cells: Sequence[object]) -> str:
    return ",".join(map(str, cells))


def _by_score(one: tuple[Any, int], classes: Sequence[str]) -> list[tuple[str, float]]:
    """Return classes with their probabilities, the likeliest first."""
    shares = zip(classes, _row(one, classes), strict=True)
    return sorted(shares, key=lambda share: -share[1])


_FLOWERS = ("daisy", "rose", "tulip")
_TOPICS = ("billing", "outage", "other")
_PETS = ("cat", "dog", "hare")
_IRIS = ("setosa", "versicolor", "virginica")
_STATES = ("idle", "busy", "fault")


def _zero_shot(one: tuple[Any, int]) -> dict[str, Any]:
    ranked = _by_score(one, _TOPICS)
    return {
        "sequence": "as asked",
        "labels": [name for name, _ in ranked],
        "scores": [share for _, share in ranked],
    }


def _entities(one: tuple[Any, int]) -> list[dict[str, Any]]:
    return [
        {"entity_group": kind, "score": 0.99, "word": "w", "start": start, "end": end}
        for start, end, kind in one[0]
    ]


def _chat(one: tuple[Any, int]) -> dict[str, Any]:
    message = {"role": "assistant", "content": f"{str(one[0]).capitalize()}."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 40, "completion_tokens": 2, "total_tokens": 42}
    return {"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage}


def _tensor(one: tuple[Any, int]) -> dict[str, Any]:
    output = {"name": "OUTPUT__0", "datatype": "FP32", "shape": [1, 3], "data": _row(one, _STATES)}
    return {"model_name": "m", "model_version": "1", "outputs": [output]}


def _rows(one: tuple[Any, int]) -> list[list[float]]:
    """Return boxes as the built-in detector does, one of little confidence among them."""
    sure = [[float(box["label"]), 0.9, *box["box"]] for box in one[0]]
    return [*sure, [1.0, 0.05, 0.0, 0.0, 0.1, 0.1]]


def _forecast(one: tuple[Any, int]) -> dict[str, Any]:
    spread = {"0.1": -1.5, "0.5": 0.25, "0.9": 2.0}
    rows = {share: [step + by for step in one[0]] for share, by in spread.items()}
    return {"predictions": [{"quantiles": rows}]}


def _named(name: str, value: Callable[[tuple[Any, int]], Any]) -> Callable[[Says], Any]:
    """Return what answers an object of one list, an entry a record."""
    return lambda says: {name: [value(one) for one in says]}


CONTAINERS: dict[str, Container] = {
    "xgboost": Container(
        (0, 1),
        lambda number, _: {"customer": f"c{number % 999}", "region": "north", "n": number},
        lambda says: _lines([_positive(one) for one in says]),
        "text/csv",
    ),
    "xgboost-softprob": Container(
        (0, 1, 2),
        _features,
        lambda says: _lines([_row(one, (0, 1, 2)) for one in says]),
        "text/csv",
    ),
    "xgboost-softmax": Container(
        (0, 1, 2), _features, lambda says: _lines([float(label) for label, _ in says]), "text/csv"
    ),
    "xgboost-logitraw": Container(
        (0, 1), _features, lambda says: _lines([_logit(one) for one in says]), "text/csv"
    ),
    "xgboost-libsvm": Container(
        (0, 1),
        lambda number, _: {"features": f"0:{number} 3:0.5"},
        lambda says: _lines([_positive(one) for one in says]),
        "text/csv",
    ),
    "published-two-variants": Container(
        (0, 1), _features, lambda says: str(_positive(says[0])), "text/csv"
    ),
    "linear-learner": Container(
        (0, 1),
        _features,
        _named("predictions", lambda one: {"score": _positive(one), "predicted_label": one[0]}),
    ),
    "scikit-learn": Container(_IRIS, _features, lambda says: [_row(one, _IRIS) for one in says]),
    "scikit-learn-npy": Container(
        (0, 1, 2), _features, lambda says: [label for label, _ in says], numbers=numbers_in_npy
    ),
    "hugging-face": Container(
        ("NEGATIVE", "POSITIVE"),
        _text,
        lambda says: [{"label": says[0][0], "score": _sure(says[0][1])}],
    ),
    "hugging-face-zero-shot": Container(_TOPICS, _text, lambda says: _zero_shot(says[0])),
    "hugging-face-ner": Container(
        ([[0, 3, "PER"], [7, 12, "LOC"]], [[4, 9, "ORG"]]),
        _text,
        lambda says: _entities(says[0]),
        wrong=lambda _: [[20, 25, "ORG"]],
    ),
    "hugging-face-qa": Container(
        (["Paris", "in Paris"], ["Ada Lovelace"], ["1843"]),
        lambda number, _: {"question": f"What of {number}?", "context": "Ada, Paris, 1843."},
        lambda says: {"score": 0.9, "start": 1, "end": 6, "answer": f"{says[0][0][0]}."},
    ),
    "hugging-face-summarisation": Container(
        ("Ada wrote the first program", "It rained in Paris all day"),
        lambda number, _: {"article": f"A long text, number {number}."},
        lambda says: [{"summary_text": says[0][0]}],
    ),
    "text-generation-inference": Container(
        ("good", "bad", "mixed"), _text, lambda says: [{"generated_text": f" {says[0][0]}.\n"}]
    ),
    "chat-completion": Container(
        ("spam", "ham"),
        lambda number, _: {"subject": f"number {number}", "body": "as written"},
        lambda says: _chat(says[0]),
    ),
    "tensorflow-serving": Container(
        _FLOWERS, _features, _named("predictions", lambda one: _row(one, _FLOWERS))
    ),
    "triton": Container(_STATES, _features, lambda says: _tensor(says[0])),
    "torchserve": Container(
        _PETS,
        lambda number, _: {"image": f"aGk{number}"},
        lambda says: dict(_by_score(says[0], _PETS)),
    ),
    "lightgbm": Container(
        (0, 1), _features, _named("probabilities", lambda one: _row(one, (0, 1)))
    ),
    "blazingtext": Container(
        ("sport", "news", "art"),
        _text,
        lambda says: [{"label": [f"__label__{y}"], "prob": [_sure(n)]} for y, n in says],
    ),
    "autopilot": Container(
        ("no", "yes"),
        _features,
        lambda says: "\n".join(f"{label},{_sure(number):.4f}" for label, number in says),
        "text/csv",
    ),
    "deepar": Container(
        ([11.0, 12.0], [3.0, 4.0]),
        lambda number, _: {"start": "2024-01-01 00:00:00", "target": [number, 4, 5]},
        lambda says: _forecast(says[0]),
        wrong=lambda label: [step + 18.0 for step in label],
    ),
    "random-cut-forest": Container(
        (0, 1), _features, _named("scores", lambda one: {"score": 1 + _positive(one)})
    ),
    "image-classification": Container(
        _PETS,
        lambda number, _: {"image": f"images/{number}.jpg"},
        lambda says: _row(says[0], _PETS),
        files=lambda number: (f"images/{number}.jpg", b"\xff\xd8" + str(number).encode() + b"\x00"),
    ),
    "object-detection": Container(
        (
            [{"label": 0, "box": [0.1, 0.1, 0.5, 0.5]}],
            [{"label": 1, "box": [0.2, 0.2, 0.9, 0.9]}],
        ),
        lambda number, _: {"image": f"images/{number}.jpg"},
        lambda says: {"prediction": _rows(says[0])},
        files=lambda number: (f"images/{number}.jpg", b"\xff\xd8" + str(number).encode() + b"\x00"),
        wrong=lambda label: [{**one, "box": [0.6, 0.0, 0.9, 0.1]} for one in label],
    ),
    "ranking": Container(
        ([3, 0, 1], [0, 2, 1]),
        lambda number, _: {"query": f"number {number}", "items": ["a", "b", "c"]},
        lambda says: {"scores": [place / 10 for place in says[0][0]]},
    ),
    "regression": Container(
        (12, 40),
        lambda number, _: {"price": number},
        lambda says: "\n".join(json.dumps({"score": y + 0.5}) for y, _ in says),
        "application/jsonlines",
    ),
}
