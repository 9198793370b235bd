"""The answer's keys of a quality guard: how what a model says becomes a prediction."""

import re
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from canary.domain.model import Frozen

AnswerPath = int | Annotated[str, Field(min_length=1, max_length=1_024)]
"""A place in an answer: a JMESPath expression, or the column of a CSV answer."""

Role = Literal["baseline", "canary"]
ScoreOf = Literal["positive", "predicted"]
Activation = Literal["none", "sigmoid", "softmax"]
Threshold = Annotated[float, Field(allow_inf_nan=False)]

PREFIX = "prefix:"
INDEX = "index"


class AnswerRules(Frozen):
    """What a user says about answers; what is left out is inferred, or refused where it could mean
    two things.

    `label`, `score` and `scores` are the places of the predicted label, of one score, and of a
    list or object of scores; a place is looked for in the whole answer first, then in each
    record's part of it. `score_of` says whose probability a score is. `label_map` gives the set's
    label for a name in an answer, `labels_from` a rule: "index" (a number counts the `classes`
    from 0), "prefix:..." (taken off the name), or the place of the class order in the answer.
    `activation` makes probabilities of logits; `ranks_only` says that scores only order.
    `threshold` is the score above which a binary answer is positive, one for both variants or one
    each; without it a model's own label decides where there is one. `extract` is a regular
    expression whose one group is the label in a text.
    """

    label: AnswerPath | None = None
    score: AnswerPath | None = None
    scores: AnswerPath | None = None
    score_of: ScoreOf | None = None
    label_map: dict[str, str] | None = Field(default=None, min_length=1, max_length=1_000)
    labels_from: AnswerPath | None = None
    activation: Activation = "none"
    ranks_only: bool = False
    threshold: Threshold | dict[Role, Threshold] | None = None
    extract: str | None = Field(default=None, min_length=1, max_length=1_024)

    @field_validator("extract")
    @classmethod
    def _extracts_one_group(cls, pattern: str | None) -> str | None:
        if pattern is None:
            return None
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"extract is not a regular expression ({error})") from None
        if groups != 1:
            raise ValueError(f"extract has {groups} groups; put the label alone into one")
        return pattern

    @model_validator(mode="after")
    def _keys_fit_together(self) -> Self:
        if self.score is not None and self.scores is not None:
            raise ValueError("score is one score, scores are several: give one of them")
        if self.score_of == "predicted" and self.score is not None and self.label is None:
            raise ValueError("score_of predicted needs label: whose score is it otherwise?")
        if self.ranks_only and self.activation != "none":
            raise ValueError("ranks_only scores are used as they are: leave activation out")
        return self

    def threshold_of(self, role: Role) -> float | None:
        """Return the threshold of one variant, where one is given."""
        return self.threshold.get(role) if isinstance(self.threshold, dict) else self.threshold


def _form(answer: object) -> str:
    return "path" if isinstance(answer, str) else "object"


Answer = Annotated[
    Annotated[str, Field(min_length=1, max_length=1_024), Tag("path")]
    | Annotated[AnswerRules, Tag("object")],
    Discriminator(_form),
]
"""The short form or the rules; told apart first, so that a mistake names its own key."""


class AnswerKeys(Frozen):
    """How answers are read.

    `answer` is an object of `AnswerRules`, or for short a JMESPath expression to the score or label
    in the JSON answer (to the list of them where several records share a request); unless given
    the reading is inferred from the first answers, where exactly one fits.
    `positive_label` is the label value that means 1 in a binary task and `threshold` the score
    above which it is predicted; `classes` are the class names in the order of a row of
    probabilities, and all the names there are. Where fewer than `min_usable` of the asked records
    can be compared nothing passes.
    """

    answer: Answer | None = None
    threshold: float = Field(default=0.5, ge=0, le=1)
    positive_label: str = Field(default="1", min_length=1, max_length=256)
    classes: tuple[str, ...] | None = Field(default=None, min_length=2, max_length=1_000)
    min_usable: float = Field(default=0.9, ge=0, le=1)

    @property
    def answer_rules(self) -> AnswerRules:
        """Return what is said about answers; nothing where `answer` is a path or absent."""
        return self.answer if isinstance(self.answer, AnswerRules) else AnswerRules()

    @property
    def answer_path(self) -> str | None:
        """Return the short form: the place of the score or label in the whole answer."""
        return self.answer if isinstance(self.answer, str) else None

    @property
    def names_positive(self) -> bool:
        """Return whether somebody named the positive label; else it is 1, in any spelling."""
        return "positive_label" in self.model_fields_set

    def threshold_for(self, role: Role) -> float | None:
        """Return the threshold somebody asked for; None leaves a model's own label to decide."""
        given = self.answer_rules.threshold_of(role)
        if given is None and "threshold" in self.model_fields_set:
            return self.threshold
        return given
