"""What stands behind a variant: any Python object that answers rows.

A model answers `predict_batch(rows)` with one answer a row (a sequence or an array). A ModelFailure
in the place of an answer is that row's failure; raised, it fails the whole request. Two optional
extras: `predict_under_load(rows, load)` for models that behave differently when busy, and `latency`
for models with their own speed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from emulator.endpoints.errors import ModelFailure
from emulator.endpoints.serving.latency import Latency

Rows = Sequence[Any] | NDArray[Any]  # the rows of a request, or a 2-d array of live traffic
Answers = Sequence[Any] | NDArray[Any]


@dataclass(frozen=True)
class Load:
    """How busy a variant is: requests per second it gets, its share of live traffic (0-1), its
    instances.
    """

    requests_per_second: float = 0.0
    share: float = 0.0
    instances: int = 1


class Model(Protocol):
    """The least a model must do."""

    def predict_batch(self, rows: Rows) -> Answers:
        """Return one answer a row, a ModelFailure where a row cannot be answered."""


@runtime_checkable
class FeelsLoad(Protocol):
    """A model that behaves differently when busy."""

    def predict_under_load(self, rows: Rows, load: Load) -> Answers:
        """Return one answer a row, given how busy the variant is."""


@runtime_checkable
class HasLatency(Protocol):
    """A model with its own speed."""

    latency: Latency


@runtime_checkable
class ServesBytes(Protocol):
    """A model with its own request and answer format; live traffic still uses `predict_batch`."""

    def serve(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """Return the answer's body and content type. Raises ModelFailure."""


class Models:
    """The registry: SageMaker model name -> model."""

    def __init__(self) -> None:
        self._models: dict[str, Model] = {}

    def register(self, name: str, model: Model) -> None:
        """Let every variant of this SageMaker model be answered by `model`; a second call replaces
        the first.
        """
        if not callable(getattr(model, "predict_batch", None)):
            raise TypeError(f"{model!r} has no predict_batch(rows)")
        self._models[name] = model

    def get(self, name: str | None) -> Model:
        """Return the model. Raises ModelFailure when none is registered: the container never came
        up.
        """
        if name is None or name not in self._models:
            raise ModelFailure(f"no model is registered for {name!r}", 503)
        return self._models[name]


def predict(model: Model, rows: Rows, load: Load) -> Answers:
    """Return one answer a row under this load, a ModelFailure in the place of each row that could
    not be answered.

    A model that raises for a whole batch is asked row by row, so that only the rows it cannot
    answer fail.
    """
    try:
        return _ask(model, rows, load)
    except Exception as error:  # noqa: BLE001 - whatever a model raises, its container answers 500
        if len(rows) == 1:
            return [_as_failure(error)]
        return [predict(model, rows[at : at + 1], load)[0] for at in range(len(rows))]


def _ask(model: Model, rows: Rows, load: Load) -> Answers:
    if isinstance(model, FeelsLoad):
        return model.predict_under_load(rows, load)
    return model.predict_batch(rows)


def _as_failure(error: Exception) -> ModelFailure:
    return (
        error
        if isinstance(error, ModelFailure)
        else ModelFailure(f"{type(error).__name__}: {error}")
    )
