"""The answer contract: how the bytes of an answer become a prediction, agreed before any counts.

Rules: pure and frozen. A contract is made once, from the spec and the first answers of both
variants, and then holds for the whole evaluation: it is stored with the evidence, and told in one
sentence. Nothing here reads an answer; `canary.labelled.answers` does.
"""

from typing import Literal

from canary.domain.model import Frozen
from canary.domain.plan.quality.answer_keys import Activation, AnswerPath, Role, ScoreOf

WHOLE = "@"
"""The path of the answer itself."""


class Reading(Frozen):
    """How one variant's answers are read.

    `at` is the place of every record's value in the whole answer; None splits the answer by its
    shape. `within` says whether `label`, `score` and `scores` are places in the whole answer or in
    a record's part of it. `order` names the classes of a row of scores; `order_at` is their place
    in the answer where `labels_from` is a rule for their names. `decides` is what makes
    the decision: the model's own label, or a score against `threshold` (binary) or the best of
    several. `whole` keeps lists of one as they are, for tasks whose answers have parts. `rounded`
    tells that scores up to 1e-4 outside 0 to 1 were seen, `unread` is the place of a score beside
    the label that no answer settles whose it is, `form` what is read of answers of several parts,
    in words.
    """

    at: str | None = None
    within: Literal["record", "answer"] = "record"
    label: AnswerPath | None = None
    score: AnswerPath | None = None
    scores: AnswerPath | None = None
    score_of: ScoreOf | None = None
    order: tuple[str, ...] = ()
    order_at: AnswerPath | None = None
    label_map: dict[str, str] | None = None
    labels_from: AnswerPath | None = None
    activation: Activation = "none"
    ranks_only: bool = False
    threshold: float | None = None
    extract: str | None = None
    decides: Literal["label", "score"] = "label"
    whole: bool = False
    rounded: bool = False
    unread: AnswerPath | None = None
    form: str = ""

    @property
    def tells_scores(self) -> bool:
        """Return whether predictions carry the probability of the positive or of every class."""
        return self.scores is not None or (self.score is not None and self.score_of is not None)

    @property
    def only_orders(self) -> bool:
        """Return whether scores order records and decide nothing."""
        return self.ranks_only and self.threshold is None


class AnswerContract(Frozen):
    """Both variants' readings, and what they were made from.

    `labels` are the names of the set's classes (empty: too many, or no classes at all). `probed`
    counts the answers looked at; `told` is the sentence for people.
    """

    baseline: Reading
    canary: Reading
    labels: tuple[str, ...] = ()
    inferred: bool = True
    probed: int = 0
    told: str = ""

    def of(self, role: Role) -> Reading:
        """Return one variant's reading."""
        return self.baseline if role == "baseline" else self.canary

    @property
    def labels_beside_scores(self) -> tuple[Role, ...]:
        """Return the variants whose label decides beside scores that are read."""
        roles: tuple[Role, Role] = ("baseline", "canary")
        read = ((role, self.of(role)) for role in roles)
        return tuple(role for role, one in read if one.decides == "label" and one.tells_scores)
