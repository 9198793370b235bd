"""Patches on moto: applied together, removed together, and loud when moto is no longer the moto
they were made for.

A patch names what it replaces. Replacing something that is not there, or that takes other
parameters than the patch was written against, raises PatchError with moto's version: never a silent
change that does nothing.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import moto

MISSING = object()


class PatchError(RuntimeError):
    """Moto is not as a patch expects it."""


class Patches:
    """A set of replaced attributes; `remove` puts everything back in reverse order."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def replace(
        self, owner: Any, name: str, new: Any, *, parameters: Sequence[str] | None = None
    ) -> Any:
        """Return what stood at `owner.name` after putting `new` there.

        `parameters` are the names the original takes, `self` left out. Raises PatchError when it is
        gone or changed.
        """
        original = inspect.getattr_static(owner, name, MISSING)
        if original is MISSING:
            raise PatchError(
                f"moto {moto.__version__}: {_label(owner)}.{name} is gone; the patch on it "
                "must be redone"
            )
        if parameters is not None:
            _check_parameters(owner, name, original, parameters)
        self._put(owner, name, original, new)
        return original

    def add(self, owner: Any, name: str, new: Any) -> None:
        """Put `new` at `owner.name`, where moto has nothing. Raises PatchError when moto has gained
        it.
        """
        if inspect.getattr_static(owner, name, MISSING) is not MISSING:
            raise PatchError(
                f"moto {moto.__version__}: {_label(owner)}.{name} now exists; drop or redo the "
                "patch"
            )
        setattr(owner, name, new)
        self._undo.append(lambda: delattr(owner, name))

    def remove(self) -> None:
        """Put everything back as it was; harmless when called twice."""
        while self._undo:
            self._undo.pop()()

    def _put(self, owner: Any, name: str, original: Any, new: Any) -> None:
        own = name in vars(owner)
        setattr(owner, name, new)
        self._undo.append(lambda: setattr(owner, name, original) if own else delattr(owner, name))


def _check_parameters(owner: Any, name: str, original: Any, expected: Sequence[str]) -> None:
    found = [
        parameter for parameter in inspect.signature(original).parameters if parameter != "self"
    ]
    if found != list(expected):
        raise PatchError(
            f"moto {moto.__version__}: {_label(owner)}.{name} takes {found}, the patch was "
            f"made for {list(expected)}"
        )


def _label(owner: Any) -> str:
    return getattr(owner, "__qualname__", None) or getattr(owner, "__name__", None) or repr(owner)
