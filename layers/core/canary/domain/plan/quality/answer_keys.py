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

    A place is looked for in the whole answer first, then in each record's part of it.
    """

    label: AnswerPath | None = Field(
        default=None,
        description="Place of the predicted label: a JMESPath expression, or the column of a CSV "
        "answer.",
        examples=["predictions[].label", 0],
    )
    score: AnswerPath | None = Field(
        default=None, description="Place of one score.", examples=["predictions[].score", 1]
    )
    scores: AnswerPath | None = Field(
        default=None,
        description="Place of a list or object of scores, one a class.",
        examples=["probabilities"],
    )
    score_of: ScoreOf | None = Field(
        default=None,
        description="Whose probability `score` is: that of the positive or of the predicted label.",
        examples=["predicted"],
    )
    label_map: dict[str, str] | None = Field(
        default=None,
        min_length=1,
        max_length=1_000,
        description="The set's label for a name in an answer.",
        examples=[{"LABEL_0": "no", "LABEL_1": "yes"}],
    )
    labels_from: AnswerPath | None = Field(
        default=None,
        description='A rule for names: "index" (a number counts `classes` from 0), "prefix:..." '
        "(taken off the name), or the place of the class order in the answer.",
        examples=["prefix:__label__", "index"],
    )
    activation: Activation = Field(
        default="none",
        description="What makes probabilities of scores that are logits.",
        examples=["sigmoid"],
    )
    ranks_only: bool = Field(
        default=False,
        description="Whether scores only order: then `roc_auc` alone decides, or a `threshold`.",
        examples=[True],
    )
    threshold: Threshold | dict[Role, Threshold] | None = Field(
        default=None,
        description="Score above which a binary answer is positive, one for both variants or one "
        "each; left out, a model's own label decides where there is one.",
        examples=[0.4, {"baseline": 0.4, "canary": 0.5}],
    )
    extract: str | None = Field(
        default=None,
        min_length=1,
        max_length=1_024,
        description="Regular expression whose one group is the label in a text.",
        examples=["(?i)\\b(spam|ham)\\b"],
    )

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
            raise ValueError("score is one score, scores are several; give one of them")
        if self.score_of == "predicted" and self.score is not None and self.label is None:
            raise ValueError("score_of predicted needs label: whose score is it otherwise?")
        if self.ranks_only and self.activation != "none":
            raise ValueError("ranks_only scores are used as they are; leave activation out")
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
    """How answers are read."""

    answer: Answer | None = Field(
        default=None,
        description="How what a model says becomes a prediction: an object of the keys below, or "
        "for short a JMESPath expression to the score or label in the JSON answer. Left out: "
        "inferred from the first answers, where exactly one reading fits.",
        examples=["predictions[].score", {"label": 0, "score": 1, "score_of": "predicted"}],
    )
    threshold: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Score above which the positive label is predicted, or a label is one of the "
        "record's; left out, a model's own label decides where there is one.",
        examples=[0.4],
    )
    positive_label: str = Field(
        default="1",
        min_length=1,
        max_length=256,
        description="The label, as text, that means 1 in a binary task.",
        examples=["yes"],
    )
    classes: tuple[str, ...] | None = Field(
        default=None,
        min_length=2,
        max_length=1_000,
        description="Class names, as text, in the order of a row of probabilities; all there are.",
        examples=[["bad", "mixed", "good"]],
    )
    min_usable: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="Fraction of the asked records that must be comparable; nothing passes with "
        "fewer.",
        examples=[0.95],
    )

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
