"""How answers are read, as options."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from canary.domain.errors import Refused
from canaryctl.evaluate.options.once import once

PANEL = "How answers are read (unless given: inferred where one reading fits)"


@dataclass(frozen=True)
class AnswerOptions:
    """What in an answer is the prediction."""

    answer: Annotated[
        str | None,
        typer.Option(
            help="JMESPath to the score or label in the whole answer.", rich_help_panel=PANEL
        ),
    ] = None
    label: Annotated[
        str | None,
        typer.Option(
            help="Place of the predicted label: JMESPath, or a CSV column.", rich_help_panel=PANEL
        ),
    ] = None
    score: Annotated[
        str | None, typer.Option(help="Place of one score.", rich_help_panel=PANEL)
    ] = None
    scores: Annotated[
        str | None,
        typer.Option(help="Place of a list or object of scores.", rich_help_panel=PANEL),
    ] = None
    score_of: Annotated[
        str | None,
        typer.Option(
            help="Whose probability a score is: positive or predicted.", rich_help_panel=PANEL
        ),
    ] = None
    label_map: Annotated[
        list[str] | None,
        typer.Option(
            help="A name in answers and its label, LABEL_0=no; may be repeated.",
            rich_help_panel=PANEL,
        ),
    ] = None
    labels_from: Annotated[
        str | None,
        typer.Option(
            help="index, prefix:TEXT, or the place of the class order in the answer.",
            rich_help_panel=PANEL,
        ),
    ] = None
    activation: Annotated[
        str | None,
        typer.Option(help="sigmoid or softmax, where scores are logits.", rich_help_panel=PANEL),
    ] = None
    ranks_only: Annotated[
        bool,
        typer.Option("--ranks-only", help="Scores order, and are no more.", rich_help_panel=PANEL),
    ] = False
    extract: Annotated[
        str | None,
        typer.Option(
            help="Regular expression whose group is the label in a text.", rich_help_panel=PANEL
        ),
    ] = None
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            help="Score above which a binary answer is positive, one or baseline=.4 canary=.5; "
            "unless given a model's own label decides, or 0.5.",
            rich_help_panel=PANEL,
        ),
    ] = None
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
    min_usable: Annotated[
        float | None,
        typer.Option(
            help="Share of the asked records that must be compared.", rich_help_panel=PANEL
        ),
    ] = None

    def keys(self) -> dict[str, Any]:
        """Return the spec's keys, those given alone; raise Refused for what cannot be read."""
        beside = None if self.answer is None else _threshold(self.threshold)
        if isinstance(beside, dict):
            problem = "one for each variant is given beside --answer"
            raise Refused("--threshold", problem, "Put the path into --score, or give one for both")
        given = {
            "answer": self._answer(),
            "threshold": beside,
            "positive_label": self.positive_label,
            "classes": None if self.classes is None else self.classes.split(","),
            "min_usable": self.min_usable,
        }
        return {name: value for name, value in given.items() if value is not None}

    def _answer(self) -> str | dict[str, Any] | None:
        rules = {
            "label": _place(self.label),
            "score": _place(self.score),
            "scores": _place(self.scores),
            "score_of": self.score_of,
            "label_map": once("--label-map", _pairs("--label-map", self.label_map or ())) or None,
            "labels_from": _place(self.labels_from),
            "activation": self.activation,
            "ranks_only": self.ranks_only or None,
            "extract": self.extract,
            "threshold": _threshold(self.threshold),
        }
        named = {key: value for key, value in rules.items() if value is not None}
        if self.answer is None:
            return named or None
        if set(named) - {"threshold"}:
            other = next(key for key in named if key != "threshold").replace("_", "-")
            raise Refused("--answer", f"given beside --{other}", f"Put its path into --{other}")
        return self.answer


def _place(text: str | None) -> int | str | None:
    """Return a CSV column where the text is its index, else a path."""
    if text is None:
        return None
    return int(text) if text.removeprefix("-").isdigit() else text


def _pairs(option: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise Refused(option, f"{text!r} is no pair", "Write it as name=value")
        yield name, value


def _threshold(texts: list[str] | None) -> float | dict[str, float] | None:
    if not texts:
        return None
    try:
        if len(texts) == 1 and "=" not in texts[0]:
            return float(texts[0])
        return {
            role: float(value)
            for role, value in once("--threshold", _pairs("--threshold", texts)).items()
        }
    except ValueError:
        raise Refused(
            "--threshold", f"{texts[0]!r} is no number", "Write it as 0.4, or baseline=0.4"
        ) from None
