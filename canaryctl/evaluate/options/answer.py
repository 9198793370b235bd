"""How answers are read, as options."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

PANEL = "How answers are read"


@dataclass(frozen=True)
class AnswerOptions:
    """What in an answer is the prediction."""

    answer: Annotated[
        str | None,
        typer.Option(help="JMESPath to the score or label in the answer.", rich_help_panel=PANEL),
    ] = None
    threshold: Annotated[
        float,
        typer.Option(help="Score above which a binary answer is positive.", rich_help_panel=PANEL),
    ] = 0.5
    positive_label: Annotated[
        str | None,
        typer.Option(help="Label that means 1 in a binary task.", rich_help_panel=PANEL),
    ] = None
    classes: Annotated[
        str | None,
        typer.Option(
            help="Class names in order of the probabilities, a,b,c.", rich_help_panel=PANEL
        ),
    ] = None

    def keys(self) -> dict[str, Any]:
        """Return the spec's keys, those given alone."""
        given = {
            "answer": self.answer,
            "threshold": self.threshold,
            "positive_label": self.positive_label,
            "classes": self.classes.split(",") if self.classes else None,
        }
        return {name: value for name, value in given.items() if value is not None}
