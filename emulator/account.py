"""One emulated AWS account: every service wired together, patched into moto for as long as the
block lasts.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

import boto3.session
from moto import mock_aws
from moto.cloudwatch.models import cloudwatch_backends
from moto.sqs.models import sqs_backends

from emulator.calls import CallGate, patch_calls
from emulator.clock import Clock
from emulator.clock.minutes import next_minute
from emulator.cloudwatch.service_metrics import ServiceMetrics
from emulator.deployment.moto_stacks import patch_stacks
from emulator.deployment.site import Site
from emulator.deployment.stack import DeployedStack, deploy
from emulator.endpoints.controls import Endpoints
from emulator.endpoints.installation import install as install_endpoints
from emulator.events.bus import Bus
from emulator.events.delivery import Delivery
from emulator.events.moto_events import patch_events
from emulator.events.schedule import Schedules
from emulator.functions import environ, logs
from emulator.functions.asynchronous import EventQueue
from emulator.functions.fleet import FunctionFleet
from emulator.functions.invocation import Invocation
from emulator.functions.moto_lambda import patch_lambda, patch_process
from emulator.iam.permissions import Permissions, patch_iam
from emulator.iam.requirements import Requirement
from emulator.instances import patch_instances
from emulator.patching import Patches
from emulator.place import Place
from emulator.quotas import Quotas, patch_quotas
from emulator.sdk import patch_sdk
from emulator.sns import Mailbox, Message, patch_sns
from emulator.states.engine import Engine
from emulator.states.execution import Execution
from emulator.states.moto_states import patch_step_functions
from emulator.states.services import RoleServices
from emulator.states.status_events import DETAIL_TYPE, SOURCE, detail_of
from emulator.states.tokens import AnswerFaults
from emulator.subscriptions import confirm
from emulator.tables import patch_tables
from emulator.trail import Trail, patch_trail

MINUTE_SECONDS = 60

TimeHook = Callable[[Clock], AbstractContextManager[object]]


class Emulator:
    """A context manager; inside it boto3 talks to the emulated account, and time moves only through
    this object.

    start: emulated time at entry (aware UTC). minute_seconds: wall seconds an emulated minute
    takes, 0 = as fast as possible. seed: of everything drawn. region: where the account is, and so
    in which partition. enforce_iam: roles are enforced from the deployed template. endpoints:
    options of the emulated SageMaker endpoints (timing, publication, emit_zeros). answer_faults:
    what becomes of answers to task tokens on their way. time_hooks: each is entered with the clock
    for as long as the account is open, and lets what is deployed read and await emulated time where
    it has a clock of its own.
    """

    def __init__(
        self,
        start: datetime,
        minute_seconds: float = 0.0,
        seed: int = 0,
        *,
        region: str = Place.region,
        enforce_iam: bool = False,
        patience_seconds: float = 120.0,
        endpoints: Mapping[str, Any] | None = None,
        answer_faults: AnswerFaults | None = None,
        time_hooks: Sequence[TimeHook] = (),
    ) -> None:
        self.seed = seed
        self.place = Place(region)
        self.clock = Clock(start, minute_seconds, patience_seconds)
        self.calls = CallGate(self.clock.lock)
        self.permissions = Permissions(self.place)
        self.functions = FunctionFleet(
            self.clock, self.place.region, self.permissions.credentials_of
        )
        self.service_metrics = ServiceMetrics()
        self.functions.on_end = self.service_metrics.invocation_ended
        self._delivery = Delivery(self.place)
        self._queue = EventQueue(self.clock, self.functions, self._delivery.send)
        self._delivery.queue = self._queue
        self.bus = Bus(self.clock, self._delivery, self.place)
        self.mailbox = Mailbox(self.clock, self._delivery.send)
        services = RoleServices(
            self.functions,
            self.place,
            self.permissions.credentials_of,
            self._authorize,
        )
        self.states = Engine(self.clock, services, answer_faults)
        self.states.on_status = self._status_changed
        self.endpoints: Endpoints
        self._endpoint_options = dict(endpoints or {})
        self._enforce_iam = enforce_iam
        self._time_hooks = tuple(time_hooks)
        self._patches = Patches()
        self._stack = ExitStack()
        self._layers: list[Path] = []
        self.stacks: dict[str, DeployedStack] = {}
        self.quotas = Quotas()
        self._trail = Trail(self.clock.now, self.permissions.arn_of, self.place)

    # -- life --------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        try:
            self._enter()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _enter(self) -> None:
        region = self.place.region
        self._stack.enter_context(mock_aws())
        self._stack.enter_context(
            patch.dict(os.environ, {"AWS_DEFAULT_REGION": region, "AWS_REGION": region})
        )
        self._stack.callback(self._patches.remove)
        environ.install()
        self._stack.callback(environ.remove)
        logs.install()
        self._stack.callback(logs.remove)
        patch_sdk(self._patches)
        patch_instances(self._patches)
        patch_calls(self._patches, self.calls)
        patch_process(self._patches)
        patch_iam(self._patches, self.place, self.permissions)
        patch_stacks(self._patches, self.stacks, self.clock.now)
        patch_quotas(self._patches, self.quotas)
        patch_lambda(self._patches, self.functions, self._queue)
        patch_step_functions(self._patches, self.states)
        patch_events(self._patches, self.bus, Schedules(self.clock, self.bus))
        patch_sns(self._patches, self.mailbox)
        patch_tables(self._patches)
        patch_trail(self._patches, self._trail)
        for hook in self._time_hooks:
            self._stack.enter_context(hook(self.clock))
        # Before the alarms are looked at, so that they see the minute that has just ended.
        self.clock.every(MINUTE_SECONDS, self._send_service_metrics, next_minute(self.clock.now()))
        self.endpoints = self._stack.enter_context(
            install_endpoints(self.clock, self.place, self.seed, **self._endpoint_options)
        )
        self.endpoints.on_event(self.bus.emit)
        if self._enforce_iam:
            self.calls.hooks.append(self.permissions.enforce)
            self.bus.may_start = lambda role, machine: self._authorize(
                role, "states:StartExecution", machine
            )
        self._stack.callback(self._forget_layers)
        self._stack.callback(self.functions.close)
        self._stack.callback(self.clock.close)

    def _forget_layers(self) -> None:
        for folder in self._layers:
            sys.path.remove(str(folder))
        self._layers.clear()

    # -- using it ----------------------------------------------------------------------------------

    def deploy(
        self,
        template: str | Path = "template.yaml",
        parameters: Mapping[str, str] | None = None,
        stack: str = "app",
    ) -> dict[str, str]:
        """Return the stack's outputs after deploying the SAM template, again for an update. Raises
        TemplateError.
        """
        path = Path(template).resolve()
        layers: list[Path] = []
        site = Site(
            client=self.client,
            root=path.parent,
            place=self.place,
            code=self.functions.code,
            event_settings=self._queue.settings,
            layers=layers,
        )
        deployed = deploy(site, path, stack, dict(parameters or {}))
        self.stacks[stack] = deployed
        for folder in layers:
            if str(folder) not in sys.path:
                sys.path.append(str(folder))
                self._layers.append(folder)
        return deployed.outputs

    def client(self, service: str) -> Any:
        """Return a boto3 client of the account's administrator."""
        with self.clock.lock:  # sessions make one client at a time
            return _client(service, self.place.region)

    def run_minutes(self, minutes: float) -> None:
        """Let emulated time pass."""
        self.clock.run_for(minutes * MINUTE_SECONDS)

    def run_until(self, done: Callable[[], bool], at_most_minutes: float) -> bool:
        """Return whether `done` held within the time; it is asked at every emulated minute and when
        work is done.
        """
        left = at_most_minutes
        while not self._asked(done):
            if left <= 0:
                return False
            self.clock.run_for(min(1.0, left) * MINUTE_SECONDS)
            left -= 1
        return True

    def _asked(self, done: Callable[[], bool]) -> bool:
        with self.clock.lock:
            return done()

    def confirm_subscription(self, address: str) -> None:
        """Confirm the subscriptions of an address, as its owner does by the link in the mail.
        Raises KeyError.
        """
        with self.clock.lock:
            confirm(self.place, address)

    @property
    def messages(self) -> list[Message]:
        """Every message published on any topic, oldest first."""
        return self.mailbox.messages

    @property
    def invocations(self) -> list[Invocation]:
        """Every finished Lambda invocation, in the order they ended."""
        return self.functions.invocations

    # -- the services among themselves ------------------------------------------------------------

    def _authorize(self, role_arn: str, action: str, resource: str) -> str | None:
        if not self._enforce_iam:
            return None
        return self.permissions.refusal(role_arn, Requirement(action, resource))

    def _send_service_metrics(self) -> None:
        account, region = self.place.account, self.place.region
        self.service_metrics.send(
            cloudwatch_backends[account][region], sqs_backends[account][region], self.clock.now()
        )

    def _status_changed(self, execution: Execution) -> None:
        self.service_metrics.status_changed(execution, self.clock.now())
        self.bus.emit(
            {
                "Source": SOURCE,
                "DetailType": DETAIL_TYPE,
                "Resources": [execution.execution_arn],
                "Detail": json.dumps(detail_of(execution)),
            }
        )


@lru_cache
def _session(region: str) -> boto3.session.Session:
    return boto3.session.Session(
        aws_access_key_id="AKIAADMINISTRATOR000",
        aws_secret_access_key="emulated",  # noqa: S106 -- nothing checks signatures here
        region_name=region,
    )


@lru_cache
def _client(service: str, region: str) -> Any:
    """Return a client shared by every emulator of the process: making one costs more than a
    call.
    """
    return _session(region).client(service)  # type: ignore[call-overload]
