"""The answer's keys of a quality guard: how what a model says becomes a prediction."""

from pydantic import Field

from canary.domain.model import Frozen


class AnswerKeys(Frozen):
    """How answers are read.

    `answer` is a JMESPath expression to the score or label in the JSON answer (to the list of them
    where several records share a request); unless given the usual shapes are recognised.
    `positive_label` is the label value that means 1 in a binary task and `threshold` the score
    above which it is predicted; `classes` are the class names in the order of a row of
    probabilities.
    """

    answer: str | None = Field(default=None, min_length=1, max_length=1_024)
    threshold: float = Field(default=0.5, ge=0, le=1)
    positive_label: str = Field(default="1", min_length=1, max_length=256)
    classes: tuple[str, ...] | None = Field(default=None, min_length=2, max_length=1_000)
