"""What an evaluation of the labelled set needs from the world, each as small as the need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import JsonValue

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec


@dataclass(frozen=True)
class FetchedSet:
    """A labelled set on the local disk; `version` changes whenever its content does (ETag or
    content hash).
    """

    path: Path
    version: str


@dataclass(frozen=True)
class SetHead:
    """The first bytes of a labelled set on the local disk, and whether that is all of it."""

    path: Path
    version: str
    whole: bool


class LabelledSource(Protocol):
    """Fetches labelled sets. Raises Refused naming `guards.quality.labelled_set` when there is none
    to read.
    """

    def version(self, uri: str) -> str:
        """Return the set's version without fetching it."""

    def head(self, uri: str, at_most_bytes: int) -> SetHead:
        """Return the beginning of the set."""

    def fetch(self, uri: str) -> FetchedSet:
        """Return the whole set."""

    def read(self, uri: str, at_most_bytes: int) -> bytes:
        """Return what lies at an address that a record names; raise Refused where nothing does, or
        more than so many bytes.
        """


@dataclass(frozen=True)
class Reply:
    """What one call to a variant answered."""

    body: bytes
    content_type: str
    invoked_variant: str


@dataclass(frozen=True)
class CallFailed:
    """The variant was reached and failed on this body; evidence about the variant.

    `words` is what the container said, for the operator's report alone: it may quote the record.
    """

    kind: Literal["model_error", "timeout", "unavailable"]
    text: str
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class CallBusy:
    """Nothing about the model: throttled, not loaded yet, or briefly unavailable. The same call may
    be sent again.
    """

    kind: Literal["throttled", "not_ready", "unavailable", "unreachable"]
    text: str


@dataclass(frozen=True)
class CallOptions:
    """What goes with a call besides its body; None is left out. `inference_id` names the call in
    captured data.
    """

    accept: str | None = None
    target_model: str | None = None
    target_container_hostname: str | None = None
    custom_attributes: str | None = None
    inference_id: str | None = None


class Invoker(Protocol):
    """Calls one variant of an endpoint."""

    def invoke(
        self, endpoint: str, variant: str, body: bytes, content_type: str, options: CallOptions
    ) -> Reply | CallFailed | CallBusy:
        """Return the variant's answer; raise AwsDenied when the endpoint is gone or the call is not
        allowed.
        """


class ScorerBusy(Exception):
    """Nothing about the answers: throttled or briefly unavailable. The same call may be sent
    again.
    """


class OwnScorer(Protocol):
    """Scores answers by a metric of the user's own, under the contract of
    `canary.labelled.own_scores`.
    """

    def score(self, items: Sequence[Mapping[str, Any]]) -> Sequence[float]:
        """Return one score of 0 to 1 for each item; raise ScorerFailed or ScorerBusy otherwise."""


class QualityStore(Protocol):
    """Keeps the evidence of one rollout."""

    def load(self, rollout: str) -> QualityEvidence | None:
        """Return the stored evidence, or None before the first."""

    def save(self, evidence: QualityEvidence, expected_revision: int | None) -> None:
        """Store evidence if what is stored has `expected_revision` (None: nothing); raise Conflict
        otherwise.
        """


@dataclass(frozen=True)
class KeptPrediction:
    """One prediction as it is kept: row from 1, decision, score (of the true label in a multiclass
    task).
    """

    row: int
    decision: str
    score: float | None


class PredictionStore(Protocol):
    """Keeps predictions under a key that names set, variant, model and request form, so that none
    is paid twice.
    """

    def load(
        self, key: str, skips: Callable[[str], bool] = lambda _part: False
    ) -> Iterable[KeptPrediction]:
        """Return all predictions kept under the key but those of parts that `skips` takes."""

    def append(self, key: str, part: str, predictions: Sequence[KeptPrediction]) -> None:
        """Keep more predictions as one part; the same part again replaces itself."""


class ShardLists(Protocol):
    """Keeps lists of shards where a distributed Map reads them."""

    def put(self, rollout: str, revision: int, shards: Sequence[int]) -> str:
        """Return where the list lies; the same revision again replaces its own."""


class ModelIdentity(Protocol):
    """Knows what stands behind a variant."""

    def identify(self, endpoint: str, variant: str) -> str | None:
        """Return what changes whenever the variant's model does; None where it cannot be told."""


NO_SLICE = -1


@dataclass(frozen=True)
class ScoredPairs:
    """Both variants' predictions on the same records, column by column; only records both answered.

    `labels`: 0 or 1, the value of a regression, or an index into `classes`. `slices`: an index into
    `slice_names`, or NO_SLICE. `baseline` and `canary`: (decisions, scores); a decision is 0 or 1
    or an index into `classes`, and means nothing in a regression, where the score is the answer; a
    score is NaN where the model gave none. `values`: by metric, both variants' values of further
    metrics, NaN where one does not speak of the record; in a task whose answers have parts they are
    all there is.
    """

    classes: Sequence[str]
    labels: Sequence[float]
    slice_names: Sequence[str]
    slices: Sequence[int]
    baseline: tuple[Sequence[int], Sequence[float]]
    canary: tuple[Sequence[int], Sequence[float]]
    values: Mapping[str, tuple[Sequence[float], Sequence[float]]] = field(default_factory=dict)


class Scoring(Protocol):
    """One report while its pairs come in, chunk by chunk, in memory that does not grow with
    them.
    """

    def add(self, pairs: ScoredPairs) -> None:
        """Take one more chunk; codes of classes and slices mean the same in every chunk."""

    def report(self) -> Mapping[str, JsonValue]:
        """Return metrics per variant, paired differences and slices of all pairs so far."""


class Scorer(Protocol):
    """Computes the metrics a person reads; none of them decides."""

    def begin(self, spec: QualityGuardSpec) -> Scoring:
        """Return a report with no pair yet."""
