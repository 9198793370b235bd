"""A scorer of one's own as a Python function of a file: the Lambda contract, run in this process.

The function takes what the Lambda would, {"version", "items"}, and returns {"scores": [...]}; a
Lambda handler, which takes a context too, is given None for it. A call has the time that the Lambda
has. It runs in a thread of its own, for no thread can be ended from outside: one that does not
return is left behind, is asked nothing more, and ends with the process.
"""

import importlib.util
import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

from canary.domain.errors import Refused
from canary.labelled.own_scores import ScorerFailed, read_scores, request_of


class FunctionScorer:
    """Asks a function."""

    def __init__(self, function: Callable[..., object], timeout_seconds: float) -> None:
        """Take a function of one argument, or of two as a Lambda handler, and how long one call may
        take.
        """
        self._function, self._timeout_seconds = function, timeout_seconds
        required = [
            one
            for one in inspect.signature(function).parameters.values()
            if one.default is one.empty and one.kind is not one.VAR_POSITIONAL
        ]
        self._more = (None,) if len(required) > 1 else ()

    def score(self, items: Sequence[Mapping[str, Any]]) -> list[float]:
        """Return one score of 0 to 1 for each item; raise ScorerFailed otherwise, and where there
        are none in time.
        """
        asked = Future[object]()
        threading.Thread(
            target=self._answer, args=(asked, request_of(items)), name="scorer", daemon=True
        ).start()
        if not wait([asked], self._timeout_seconds).done:
            raise ScorerFailed(
                f"the scorer did not answer in scorer_timeout_seconds ({self._timeout_seconds:g} s)"
            )
        error = asked.exception()
        if error is not None:
            raise ScorerFailed(f"the scorer raised {type(error).__name__}", str(error)) from error
        return read_scores(asked.result(), len(items))

    def _answer(self, asked: Future[object], event: Mapping[str, Any]) -> None:
        try:
            asked.set_result(self._function(event, *self._more))
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody else would hear of it
            asked.set_exception(error)


def load_scorer(text: str, timeout_seconds: float) -> FunctionScorer:
    """Return the scorer that file.py:function names; raise Refused where there is none."""
    place, _, name = text.rpartition(":")
    path = Path(place)
    if not path.is_file():
        raise _refused(text, f"there is no file {place!r}")
    module_spec = importlib.util.spec_from_file_location(f"scorer_{path.stem}", path)
    if module_spec is None or module_spec.loader is None:
        raise _refused(text, f"{place!r} is no Python file")
    module = importlib.util.module_from_spec(module_spec)
    try:
        module_spec.loader.exec_module(module)
    except Exception as error:
        raise _refused(
            text, f"the file cannot be read ({type(error).__name__}: {error})"
        ) from error
    function = getattr(module, name, None)
    if not callable(function):
        raise _refused(text, f"the file has no function {name!r}")
    return FunctionScorer(function, timeout_seconds)


def _refused(text: str, problem: str) -> Refused:
    return Refused("--scorer", f"{text!r}: {problem}", "Write it as file.py:function, or an ARN")
