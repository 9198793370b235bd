"""What stands behind a variant: any Python object that answers rows.

A model answers `predict_batch(rows)` with one answer a row (a sequence or an array). A ModelFailure
in the place of an answer is that row's failure; raised, it fails the whole request. Optional
extras: `predict_under_load(rows, load)` for models that behave differently when busy, `latency` for
models with their own speed, and `answers_alike` for those that live traffic need ask but once a
row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from emulator.endpoints.errors import ModelFailure
from emulator.endpoints.serving.latency import Latency
from emulator.endpoints.variant import Variant

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
class AnswersAlike(Protocol):
    """A model that, where this is true, answers a row the same each time, whatever came with it and
    before it.
    """

    @property
    def answers_alike(self) -> bool:
        """Whether it does."""


@runtime_checkable
class HasLatency(Protocol):
    """A model with its own speed."""

    latency: Latency


@runtime_checkable
class ServesBytes(Protocol):
    """A model with its own request and answer format; live traffic still uses `predict_batch`."""

    def serve(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """Return the answer's body and content type. Raises ModelFailure."""


@dataclass(frozen=True)
class NeverHealthy:
    """A model whose container never answers its health check: nothing that holds it gets into
    service.
    """

    def predict_batch(self, _rows: Rows) -> Answers:
        """Raise ModelFailure, for whoever asks it all the same."""
        raise ModelFailure("the container is not healthy", 503)


class Models:
    """The registry: what names a model -> model. A name is a SageMaker model's, or a container's
    package, model data or image, so that models made later find theirs; the nearest one counts.
    """

    def __init__(self) -> None:
        self._models: dict[str, Model] = {}

    def register(self, name: str, model: Model) -> None:
        """Let every variant of this name be answered by `model`; a second call replaces the
        first.
        """
        if not callable(getattr(model, "predict_batch", None)):
            raise TypeError(f"{model!r} has no predict_batch(rows)")
        self._models[name] = model

    def get(self, variant: Variant) -> Model:
        """Return the variant's model. Raises ModelFailure when none is registered: nobody answers
        there.
        """
        found = next((self._models[name] for name in variant.names if name in self._models), None)
        if found is None:
            raise ModelFailure(f"no model is registered for {variant.model_name!r}", 503)
        return found

    def ailing(self, variant: Variant) -> str | None:
        """Return why the variant never gets into service, in SageMaker's words; None where it
        does.
        """
        names = [name for name in variant.names if name in self._models]
        if not names or not isinstance(self._models[names[0]], NeverHealthy):
            return None
        return (
            f"The primary container for production variant {variant.name} did not pass the ping "
            "health check. Please check CloudWatch logs for this endpoint."
        )


def answers_alike(model: Model) -> bool:
    """Return whether a model says that it answers a row the same each time, and not by its load."""
    alike = isinstance(model, AnswersAlike) and model.answers_alike
    return alike and not isinstance(model, FeelsLoad)


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
