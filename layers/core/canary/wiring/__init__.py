"""The one place where ports meet adapters: environment in, use cases out.

One module a function, so that none pays for another's imports. While Lambda starts a function no
garbage is looked for: what a start makes stays, and looking through it took a tenth of the start.
"""

import gc
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

from canary.domain.errors import Misconfigured

Use = TypeVar("Use")
_IS_LAMBDA = "AWS_LAMBDA_RUNTIME_API" in os.environ
"""Whether Lambda's own runtime runs this process, and nothing else lives in it."""
if _IS_LAMBDA:
    gc.disable()


def at_start(build: Callable[[], Use]) -> Callable[[], Use]:
    """Return what answers a function's use case, built once and now: while a function starts it has
    a whole processor, whatever its memory.

    Where the environment lacks something it is built at the first call, which fails by name.
    """
    use = cache(build)
    with suppress(Misconfigured):
        use()
    if _IS_LAMBDA:
        gc.freeze()  # what is there stays; the first call does not look through it either
        gc.enable()
    return use


def utc_now() -> datetime:
    """Return the time; the only clock this package reads, always called as `wiring.utc_now()`."""
    return datetime.now(UTC)


def sleep(seconds: float) -> None:
    """Pause; the only pause this package makes, always called as `wiring.sleep()`, so that it can
    be emulated.
    """
    time.sleep(seconds)
