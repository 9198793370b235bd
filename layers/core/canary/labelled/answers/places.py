"""Places in an answer: a column, a dotted path through single lists, or a JMESPath expression."""

import re
from functools import lru_cache
from typing import Any

import jmespath
import jmespath.exceptions
from jmespath.parser import ParsedResult

from canary.domain.errors import Refused
from canary.domain.labelled.contract import WHOLE
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import INDEX, PREFIX, AnswerPath
from canary.labelled.numbers import UnreadableAnswer, kind_of

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def unwrapped(value: Any) -> Any:
    """Return the value inside lists of one."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def find(value: Any, path: AnswerPath) -> Any:
    """Return what is at a place, None where there is nothing; raise UnreadableAnswer where an
    expression fails.
    """
    if path == WHOLE:
        return value
    if isinstance(path, int):
        cells = value if isinstance(value, list) else [value]
        return cells[path] if -len(cells) <= path < len(cells) else None
    steps = _steps(path)
    if steps is None:
        return _searched(path, value)
    for step in steps:
        value = unwrapped(value)
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


@lru_cache(maxsize=64)
def _steps(path: str) -> tuple[str, ...] | None:
    return tuple(path.split(".")) if _DOTTED.fullmatch(path) else None


def _searched(expression: str, value: Any) -> Any:
    try:
        return _compiled(expression).search(value)
    except Exception as error:  # noqa: BLE001 - its functions quote, and fail in ways of their own on, what they are given
        name = type(error).__name__
        raise UnreadableAnswer(
            f"the expression {expression!r} fails on {kind_of(value)} ({name})"
        ) from None


@lru_cache(maxsize=64)
def _compiled(expression: str) -> ParsedResult:
    return jmespath.compile(expression)


def joined(path: str, key: str) -> str:
    """Return the path of a key below a path, quoted where it is no plain name."""
    step = key if _DOTTED.fullmatch(key) and "." not in key else '"' + key.replace('"', '\\"') + '"'
    return step if path == WHOLE else f"{path}.{step}"


def check_answer_paths(spec: QualityGuardSpec) -> None:
    """Return when every place of the spec's answer is an expression; raise Refused naming the one
    that is not.
    """
    rules, given = spec.answer_rules, spec.answer_path
    order = rules.labels_from
    by_rule = isinstance(order, str) and (order == INDEX or order.startswith(PREFIX))
    places = {
        "": given,
        ".label": rules.label,
        ".score": rules.score,
        ".scores": rules.scores,
        ".labels_from": None if by_rule else order,
    }
    for key, path in places.items():
        try:
            if isinstance(path, str):
                _compiled(path)
        except jmespath.exceptions.JMESPathError as error:
            first = str(error).splitlines()[0]
            raise Refused(
                f"guards.quality.answer{key}",
                f"not a JMESPath expression: {first}",
                "See jmespath.org",
            ) from None
    if order == INDEX and spec.classes is None:
        raise Refused(
            "guards.quality.answer.labels_from",
            "index counts the classes, and none are named",
            "Name them in order in classes",
        )
