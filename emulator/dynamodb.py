"""One lock around moto's DynamoDB: conditional and transactional writes are decided one at a time,
as on AWS.

Moto's tables are plain Python objects; without the lock two concurrent conditional writes can both
succeed.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from moto.dynamodb.responses import DynamoHandler

from emulator.patching import Patches


def patch_dynamodb(patches: Patches) -> None:
    """Serialize every call that reaches moto's DynamoDB."""
    lock = threading.RLock()
    original: Callable[..., Any] = DynamoHandler.call_action

    @functools.wraps(original)
    def call_action(self: DynamoHandler) -> Any:
        with lock:
            return original(self)

    patches.replace(DynamoHandler, "call_action", call_action, parameters=())
