"""What one deployed application said while it ran: logs, executions, messages, events."""

from collections.abc import Mapping
from typing import Any

from tests.integration.stage import Stage
from tests.security.marked import BUCKET, MarkedModel


class Told:
    """Rollouts on one stage, how each ended, and everything that was said meanwhile."""

    def __init__(self, stage: Stage, sets: Mapping[str, str]) -> None:
        """Upload the sets."""
        self.stage = stage
        self.ended: dict[str, str] = {}
        s3 = stage.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        for key, text in sets.items():
            s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())

    def run(self, name: str, spec: dict[str, Any], **models: MarkedModel) -> None:
        """Run one rollout to its end, with other models behind v1 and v2 where given."""
        for variant in ("v1", "v2"):
            self.stage.emulator.endpoints.register_model(
                f"model-{variant}", models.get(variant, MarkedModel())
            )
        ended = self.stage.finish(self.stage.execute(spec, name.replace(" ", "-")))
        self.ended[name] = f"{ended['status']} {ended.get('error', '')}: {ended.get('cause', '')}"
        self.stage.emulator.run_minutes(2)

    def said(self) -> dict[str, str]:
        """Return everything by where it was said."""
        emulator = self.stage.emulator
        return {
            "logs": "\n".join(call.logs for call in emulator.invocations),
            "answers": "\n".join(call.outcome.payload for call in emulator.invocations),
            "inputs": "\n".join(str(call.event) for call in emulator.invocations),
            "executions": "\n".join(self._executions()),
            "messages": "\n".join(
                f"{m.subject}\n{m.message}\n{m.attributes}" for m in emulator.messages
            ),
            "events": str(emulator.bus.events) + str(emulator.bus.undelivered),
            "table": "\n".join(str(item) for item in self.items() if item["sk"]["S"] != "QUALITY"),
        }

    def _executions(self) -> list[str]:
        """Return every execution's description and whole history."""
        states, machine = self.stage.client("stepfunctions"), self.stage.outputs["StateMachineArn"]
        arns = [
            one["executionArn"]
            for one in states.list_executions(stateMachineArn=machine)["executions"]
        ]
        histories = (
            states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
            for arn in arns
        )
        return [str(states.describe_execution(executionArn=arn)) for arn in arns] + [
            str(one) for one in histories
        ]

    def items(self) -> list[dict[str, Any]]:
        """Return every item of the table."""
        pages = (
            self.stage.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self.stage.outputs["TableName"])
        )
        return [item for page in pages for item in page["Items"]]
