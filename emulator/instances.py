"""Objects that moto lets go of are gone.

Moto keeps every object it ever made, for a dashboard of its own server: each version of each item
of a table, each point of a metric, for as long as the account lives. Only S3 reads them again: it
closes the files behind its objects by them.
"""

from __future__ import annotations

from typing import Any

from moto.core.common_models import BaseModel

from emulator.patching import Patches

READ_AGAIN = frozenset({"FakeKey", "FakeMultipart"})


def patch_instances(patches: Patches) -> None:
    """Let moto keep no list of what it made, but of what it reads again. Raises PatchError."""

    def new(cls: Any, *_given: Any, **_named: Any) -> Any:
        made: Any = super(BaseModel, cls).__new__(cls)
        if cls.__name__ in READ_AGAIN:
            cls.instances_tracked.append(made)
        return made

    patches.replace(BaseModel, "__new__", staticmethod(new), parameters=("cls", "args", "kwargs"))
