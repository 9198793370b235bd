"""Every AWS call made in this process, seen at one place: who calls, what, and what is put around
it.

A hook gets the call and `proceed`; it may refuse (`raise call.error(...)`), let time pass, lose the
answer after the deed, or kill the caller. Hooks see a call once, above the SDK's own retries: a
refusal here is one the SDK gave up on.

Threads. Hooks and the account's answer run under its lock, what the SDK does between them does not.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import BotocoreStubber

from emulator.clock.exclusive import Exclusive
from emulator.direct.calls import patch_direct
from emulator.functions import sandbox
from emulator.patching import Patches

Proceed = Callable[[], Any]


@dataclass(frozen=True)
class Call:
    """One call; service and operation as boto3 names them (dynamodb, UpdateItem); `config` is its
    client's.
    """

    number: int
    service: str
    operation: str
    parameters: Mapping[str, Any]
    access_key: str
    function: str | None
    config: Config

    @property
    def name(self) -> str:
        """Return service:Operation."""
        return f"{self.service}:{self.operation}"

    def error(self, code: str, message: str, status: int = 400) -> ClientError:
        """Return the error this call's client raises for an AWS error code."""
        metadata = {
            "HTTPStatusCode": status,
            "RequestId": "",
            "HostId": "",
            "HTTPHeaders": {},
            "RetryAttempts": 0,
        }
        details = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}
        return ClientError(details, self.operation)  # type: ignore[arg-type]


Hook = Callable[[Call, Proceed], Any]


class CallGate:
    """The hooks around every call, the first one outermost."""

    def __init__(self, lock: Exclusive) -> None:
        self.lock = lock
        self.hooks: list[Hook] = []
        self._numbers = itertools.count(1)

    def make(
        self, client: BaseClient, operation: str, parameters: Mapping[str, Any], proceed: Proceed
    ) -> Any:
        """Return the answer of a call that goes through every hook."""
        if not self.hooks:
            return proceed()
        box = sandbox.current()
        credentials = client._request_signer._credentials  # type: ignore[attr-defined]
        call = Call(
            next(self._numbers),
            client.meta.service_model.service_name,
            operation,
            parameters,
            credentials.access_key if credentials is not None else "",
            box.function if box is not None else None,
            client.meta.config,
        )
        with self.lock:
            return _through(list(self.hooks), call, lambda: self._sent(proceed))

    def _sent(self, proceed: Proceed) -> Any:
        with self.lock.laid_down():
            return proceed()


def _through(hooks: list[Hook], call: Call, proceed: Proceed) -> Any:
    if not hooks:
        return proceed()
    return hooks[0](call, lambda: _through(hooks[1:], call, proceed))


def patch_entrance(patches: Patches, lock: Exclusive) -> None:
    """Let requests into the account one at a time, as its lock goes. So conditional writes are
    decided one after another, as on AWS; moto's tables are plain Python objects.
    """
    original = BotocoreStubber.process_request

    def process_request(self: BotocoreStubber, request: AWSPreparedRequest) -> Any:
        with lock:
            return original(self, request)

    patches.replace(BotocoreStubber, "process_request", process_request, parameters=("request",))


def patch_calls(patches: Patches, gate: CallGate) -> None:
    """Put the gate in front of every boto3 client."""
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def make_api_call(self: BaseClient, operation_name: str, api_params: Mapping[str, Any]) -> Any:
        return gate.make(
            self, operation_name, api_params, lambda: original(self, operation_name, api_params)
        )

    patch_entrance(patches, gate.lock)
    patch_direct(patches, gate.lock)
    patches.replace(
        BaseClient, "_make_api_call", make_api_call, parameters=("operation_name", "api_params")
    )
