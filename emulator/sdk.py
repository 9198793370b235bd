"""One copy of the SDK's service descriptions for every session of the process.

Each function has a session of its own, and each session would read megabytes of JSON again; AWS
pays that once a cold start, a run of hundreds of emulated accounts would pay it thousands of times.
Nothing but speed depends on this.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import botocore.loaders
import botocore.session

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
    """Let every new session read service descriptions through one loader."""
    patches.replace(
        botocore.session, "create_loader", _shared_loader, parameters=("search_path_string",)
    )
