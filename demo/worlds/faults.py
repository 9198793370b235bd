"""Faults that an evaluation on a labelled set cannot see: each wraps a good model and shows itself
only live.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulator.endpoints.errors import ModelFailure
from emulator.endpoints.serving.latency import Latency
from emulator.endpoints.serving.models import Answers, Load, Model, Rows, answers_alike


@dataclass(frozen=True)
class FailsOnLive:
    """A model that refuses a kind of row: `refuses` says which of the rows, None of which the
    labelled set holds.

    The usual case is input validation that knows one kind of client only.
    """

    model: Model
    refuses: Callable[[NDArray[Any]], NDArray[np.bool_]]
    message: str = "ValueError: input out of range"
    status: int = 500

    @property
    def answers_alike(self) -> bool:
        """Whether the model does: what is done to a row depends on the row alone."""
        return answers_alike(self.model)

    def predict_batch(self, rows: Rows) -> Answers:
        """Return the model's answers, a ModelFailure where the row is refused."""
        refused = self.refuses(np.asarray(rows, dtype=np.float64))
        return _failing(
            self.model.predict_batch(rows), refused, ModelFailure(self.message, self.status)
        )


@dataclass(frozen=True)
class SeesOtherwise:
    """A model behind a preparation of its input that alters some rows: it answers all of them, as
    fast, and some wrongly. `seen` says how the model gets to see rows.
    """

    model: Model
    seen: Callable[[NDArray[np.float64]], NDArray[np.float64]]

    @property
    def answers_alike(self) -> bool:
        """Whether the model does: what is done to a row depends on the row alone."""
        return answers_alike(self.model)

    def predict_batch(self, rows: Rows) -> Answers:
        """Return the model's answers to what it sees."""
        return self.model.predict_batch(self.seen(np.asarray(rows, dtype=np.float64)))


@dataclass(frozen=True)
class SlowUnderLoad:
    """A model as fast as any until it nears the rate its bottleneck lets through, and then slow."""

    model: Model
    bottleneck_per_second: float
    usual: Latency = field(default_factory=Latency)

    @property
    def answers_alike(self) -> bool:
        """Whether the model does: what is done to a row depends on the row alone."""
        return answers_alike(self.model)

    @property
    def latency(self) -> Latency:
        """The usual latency law with the bottleneck in it."""
        return Latency(
            self.usual.median_ms,
            self.usual.sigma,
            self.usual.workers,
            self.bottleneck_per_second,
            self.usual.overhead_ms,
        )

    def predict_batch(self, rows: Rows) -> Answers:
        """Return the model's answers."""
        return self.model.predict_batch(rows)


@dataclass(frozen=True)
class BreaksAtLoad:
    """A model that answers up to a rate and fails what comes beyond it, as a full request queue
    does.

    At twice `requests_per_second` half the requests fail, with 503.
    """

    model: Model
    requests_per_second: float
    seed: int = 0

    @cached_property
    def _random(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def predict_batch(self, rows: Rows) -> Answers:
        """Return the model's answers."""
        return self.model.predict_batch(rows)

    def predict_under_load(self, rows: Rows, load: Load) -> Answers:
        """Return the model's answers, a ModelFailure for the fraction of requests that is too
        much.
        """
        capacity = self.requests_per_second * load.instances
        answers = self.predict_batch(rows)
        if load.requests_per_second <= capacity:
            return answers
        refused = self._random.random(len(rows)) < 1 - capacity / load.requests_per_second
        return _failing(answers, refused, ModelFailure("request queue is full", 503))


def _failing(answers: Answers, refused: NDArray[np.bool_], failure: ModelFailure) -> Answers:
    if not refused.any():
        return answers
    mixed = np.asarray(answers, dtype=object)
    mixed[refused] = failure
    return mixed
