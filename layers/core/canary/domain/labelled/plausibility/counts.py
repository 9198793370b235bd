"""What both variants decided beside what was right, in counts: enough to say whether an evaluation
can be believed at all; and what failed, by cause.

Rules: frozen, and small however large the set: at most 300 classes are told apart, scores lie in 64
bins, causes are few.
"""

from pydantic import Field

from canary.domain.model import Frozen
from canary.domain.plan.quality.answer_keys import Role

CAUSES_KEPT = 20
SAMPLE = 101
"""Labels of a regression that its median and mean are of."""
MOST_ERROR = 1e150
"""An error that is no number counts as this much: its square stays a number."""
UNREADABLE = "unreadable answer"
"""What the cause of an answer that was heard and could not be read begins with."""


class Failure(Frozen):
    """One cause of failures of one variant: records on which it alone failed, and on which both
    did; `words` is what the model said the first time, for the operator's report alone.
    """

    variant: Role
    cause: str
    alone: int = 0
    both: int = 0
    words: str = Field(default="", max_length=300)


class Contradictions(Frozen):
    """One variant's labels beside its own scores: `looked` records have both. Of several classes
    `against` counts labels that are not the likeliest class; of a binary task `zeros` and `ones`
    count the records of each label by bin of the score.
    """

    looked: int = 0
    against: int = 0
    zeros: tuple[int, ...] = ()
    ones: tuple[int, ...] = ()


class PartCounts(Frozen):
    """One variant's answers of several parts beside the labels.

    `told` names (of a ranking: relevant items of the labels), of which `strange` are in no label,
    or stand in the answer under no name of a label; `left_out` relevant items an answer lacks;
    `unfit` answers have another number of scores or steps than the label; `turned` counts the
    answers by two neighbouring quantiles of which the lower is above.
    """

    answers: int = 0
    unfit: int = 0
    told: int = 0
    strange: int = 0
    left_out: int = 0
    turned: dict[str, int] = Field(default_factory=dict)


class AnswerTally(Frozen):
    """Counts over the compared records.

    `labels`, `baseline` and `canary` count records by label and by each variant's decision, `right`
    the baseline's right decisions by label, `found` the canary's (None: not counted by an early
    version) and `silent` the baseline's failures; classes beyond the first 300 that labels have are
    not counted, and `complete` says that there were none. `ordered` and `crossed` count pairs of
    following records that a baseline's numbers put in the labels' order, or in the other (a
    regression), or that its answers fit better as they are, or better changed round (tasks of
    several parts); `nearer` and `farther` count the records on which it is better or worse than an
    answer of nothing, `beside_nothing` the same of the canary. Where there are no classes, `same`
    are hashes of the only label and of each variant's only answer ("": they differ). `waiting` is
    the record that the next one is paired with, `squared` the summed squares of the baseline's and
    the canary's errors where both answered. Of a regression `sample` is the first labels, `missed`
    and `missed_squared` the summed errors of the baseline and of the sample's median (its mean),
    `canary_missed` the canary's of both kinds, `sizes` the summed sizes of the labels and of the
    baseline's answers; `fits` counts by variant the pairs of records that its answers of several
    parts fit better as they are, or better changed round. `positives` and `negatives` count the
    baseline's scores by bin (binary); `contradictions` are of the variants whose label decides
    beside scores, `score_range` the least and the greatest score that a scorer of the user's own
    gave, `parts` what answers of several parts are beside the labels.
    """

    records: int = 0
    labels: dict[str, int] = Field(default_factory=dict)
    baseline: dict[str, int] = Field(default_factory=dict)
    canary: dict[str, int] = Field(default_factory=dict)
    right: dict[str, int] = Field(default_factory=dict)
    found: dict[str, int] | None = None
    silent: dict[str, int] = Field(default_factory=dict)
    complete: bool = True
    ordered: int = 0
    crossed: int = 0
    waiting: tuple[float, float] | None = None
    squared: tuple[float, float] = (0.0, 0.0)
    sample: tuple[float, ...] = Field(default=(), max_length=SAMPLE)
    missed: tuple[float, float] = (0.0, 0.0)
    missed_squared: tuple[float, float] = (0.0, 0.0)
    sizes: tuple[float, float] = (0.0, 0.0)
    nearer: int = 0
    farther: int = 0
    positives: tuple[int, ...] = ()
    negatives: tuple[int, ...] = ()
    score_range: tuple[float, float] | None = None
    canary_missed: tuple[float, float] | None = None
    beside_nothing: tuple[int, int] | None = None
    fits: dict[Role, tuple[int, int]] = Field(default_factory=dict)
    same: dict[str, str | None] = Field(default_factory=dict)
    contradictions: dict[Role, Contradictions] = Field(default_factory=dict)
    parts: dict[Role, PartCounts] = Field(default_factory=dict)
