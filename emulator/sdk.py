"""What every session of the SDK makes for itself, made once in the process.

Each function has a session of its own, and each session would read megabytes of JSON again and
register hundreds of handlers; AWS pays that once a cold start, a run of hundreds of emulated
accounts would pay it thousands of times. Nothing but speed depends on this.
"""

from __future__ import annotations

import copy
from functools import cache, lru_cache
from typing import Any

import botocore.loaders
import botocore.session
from botocore.session import Session
from botocore.useragent import UserAgentString

from emulator.patching import Patches


class _Once(list[str]):
    """Search paths; every boto3 session appends its own folder, once is enough."""

    def append(self, item: str) -> None:
        if item not in self:
            super().append(item)


@lru_cache
def _shared_loader(search_path: str | None) -> Any:
    loader = botocore.loaders.create_loader(search_path)
    loader._search_paths = _Once(loader.search_paths)  # type: ignore[attr-defined]
    return loader


def patch_sdk(patches: Patches) -> None:
    """Let every new session read service descriptions through one loader and begin with a copy of
    the same handlers, and name the SDK in a request by a word: nobody here reads more.
    """
    patches.replace(
        botocore.session, "create_loader", _shared_loader, parameters=("search_path_string",)
    )
    original = Session._register_builtin_handlers  # type: ignore[attr-defined]

    @cache
    def registered() -> Any:
        made: Any = Session(include_builtin_handlers=False)
        original(made, made._events)
        return made._original_handler._handlers

    def register(self: Any, events: Any) -> None:  # noqa: ARG001 -- as it is called
        self._original_handler._handlers = copy.copy(registered())

    patches.replace(Session, "_register_builtin_handlers", register, parameters=("events",))
    patches.replace(UserAgentString, "to_string", lambda _self: "Boto3", parameters=())
