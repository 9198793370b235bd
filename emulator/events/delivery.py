"""Handing a message to a target by its ARN, asynchronously, as EventBridge, Lambda destinations and
SNS do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.awslambda.utils import get_backend as lambda_backend
from moto.events.models import events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.models import stepfunctions_backends

from emulator.functions.asynchronous import EventQueue
from emulator.functions.moto_lambda import configuration_of
from emulator.place import Place

Reach = Callable[[str, str, Mapping[str, Any]], None]


class Undeliverable(Exception):
    """The target does not exist, or will not take the message from this sender."""


class Delivery:
    """Sends to functions, state machines, topics, queues and buses of one account and region."""

    def __init__(self, place: Place) -> None:
        self._account, self._region = place.account, place.region
        self.queue: EventQueue | None = None
        self._reaches: dict[str, Reach] = {
            "lambda": self._to_function,
            "states": self._to_state_machine,
            "sns": self._to_topic,
            "sqs": self._to_queue,
            "events": self._to_bus,
        }

    def send(self, arn: str, body: str, options: Mapping[str, Any] | None = None) -> None:
        """Send a JSON text to the target. Raises Undeliverable when the target is gone or of an
        unknown kind.
        """
        service = arn.split(":")[2]
        reach = self._reaches.get(service)
        if reach is None:
            raise Undeliverable(f"no delivery to {arn} is emulated")
        try:
            reach(arn, body, options or {})
        except Undeliverable:
            raise
        except Exception as error:
            raise Undeliverable(f"{arn}: {error}") from error

    def may_invoke(self, function_arn: str, service: str, source_arn: str) -> bool:
        """Return whether the function's resource policy lets this service and source invoke it."""
        function = lambda_backend(self._account, self._region).get_function(function_arn)
        for statement in function.policy.statements:
            if statement.get("Principal", {}).get("Service") != service:
                continue
            likes = [
                values.get("AWS:SourceArn") for values in statement.get("Condition", {}).values()
            ]
            if not likes or source_arn in likes:
                return True
        return False

    def _to_function(self, arn: str, body: str, _options: Mapping[str, Any]) -> None:
        if self.queue is None:
            raise Undeliverable("no function queue")
        function = lambda_backend(self._account, self._region).get_function(arn)
        self.queue.accept(configuration_of(function), body)

    def _to_state_machine(self, arn: str, body: str, _options: Mapping[str, Any]) -> None:
        stepfunctions_backends[self._account][self._region].start_execution(arn, "", body)

    def _to_topic(self, arn: str, body: str, _options: Mapping[str, Any]) -> None:
        sns_backends[self._account][self._region].publish(body, arn=arn)

    def _to_queue(self, arn: str, body: str, options: Mapping[str, Any]) -> None:
        group = options.get("SqsParameters", {}).get("MessageGroupId")
        sqs_backends[self._account][self._region].send_message(
            arn.rsplit(":", 1)[-1], body, group_id=group
        )

    def _to_bus(self, arn: str, body: str, _options: Mapping[str, Any]) -> None:
        event = json.loads(body)
        entry = {
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
        }
        events_backends[self._account][self._region].put_events([{**entry, "EventBusName": arn}])
