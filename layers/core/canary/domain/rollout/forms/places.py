"""Where a rollout runs, read from its execution's ARN: the names that commands and links need."""

from typing import NamedTuple, Self
from urllib.parse import quote

CONSOLES = {
    "aws": "https://console.aws.amazon.com",
    "aws-cn": "https://console.amazonaws.cn",
    "aws-us-gov": "https://console.amazonaws-us-gov.com",
}
"""Of partitions that are not listed no console is known, so no link is made."""

MACHINE_OF = "-rollout"
ARN_PARTS = 8


class Place(NamedTuple):
    """Partition, region and names of one execution of one stack's state machine."""

    partition: str
    region: str
    account: str
    machine: str
    execution: str

    @classmethod
    def of(cls, execution: str) -> Self | None:
        """Return the place of an execution's ARN; None for what is none."""
        parts = execution.split(":")
        if len(parts) != ARN_PARTS or parts[5] != "execution":
            return None
        return cls(parts[1], parts[3], parts[4], parts[6], execution)

    @property
    def machine_arn(self) -> str:
        """Return the state machine's ARN."""
        of = f"{self.region}:{self.account}"
        return f"arn:{self.partition}:states:{of}:stateMachine:{self.machine}"

    @property
    def stack(self) -> str | None:
        """Return the stack's name, None where the state machine has another name than its own."""
        stack = self.machine.removesuffix(MACHINE_OF)
        return stack if stack and stack != self.machine else None

    @property
    def options(self) -> str:
        """Return what `canaryctl` has to be told to mean this stack."""
        which = f"--stack {self.stack}" if self.stack else f"--state-machine {self.machine_arn}"
        return f"{which} --region {self.region}"

    @property
    def execution_link(self) -> str:
        """Return the console's page of the execution, '' where no console is known."""
        return self._link("states", f"/v2/executions/details/{quote(self.execution, safe=':')}")

    def endpoint_link(self, endpoint: str) -> str:
        """Return the console's page of an endpoint, '' where no console is known."""
        return self._link("sagemaker", f"/endpoints/{endpoint}")

    @property
    def dashboard_link(self) -> str:
        """Return the console's page of the stack's dashboard, '' where none is known."""
        return self._link("cloudwatch", f"dashboards:name={self.stack}") if self.stack else ""

    def _link(self, service: str, page: str) -> str:
        console = CONSOLES.get(self.partition)
        return f"{console}/{service}/home?region={self.region}#{page}" if console else ""
