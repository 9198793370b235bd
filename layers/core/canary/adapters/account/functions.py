"""Functions and the rules that call them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from canary.adapters.account.policies import lets_in
from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient

GONE = "ResourceNotFoundException"


@dataclass(frozen=True)
class FunctionView:
    """One function as Lambda has it; `state` and `update` in Lambda's words."""

    name: str
    runtime: str
    architecture: str
    state: str
    update: str
    role: str


@dataclass(frozen=True)
class RuleView:
    """One rule: whether it is on, and the ARNs of its targets."""

    name: str
    arn: str
    enabled: bool
    targets: tuple[str, ...]


class FunctionReader:
    """Looks at functions."""

    def __init__(self, client: "LambdaClient") -> None:
        """Take a boto3 Lambda client."""
        self._client = client

    def function(self, name: str) -> FunctionView | None:
        """Return a function, None when there is none of this name."""
        try:
            with translated("lambda:GetFunctionConfiguration"):
                found = self._client.get_function_configuration(FunctionName=name)
        except CanaryError as error:
            if code_of_cause(error) == GONE:
                return None
            raise
        return FunctionView(
            name,
            found.get("Runtime", ""),
            ", ".join(found.get("Architectures", ["x86_64"])),
            found.get("State", "Active"),
            found.get("LastUpdateStatus", "Successful"),
            found["Role"],
        )

    def reserved(self, name: str) -> int | None:
        """Return how many executions are reserved for a function, None where none are."""
        with translated("lambda:GetFunctionConcurrency"):
            found = self._client.get_function_concurrency(FunctionName=name)
        return found.get("ReservedConcurrentExecutions")

    def lets_in(self, function: str, service: str, source: str) -> bool:
        """Return whether a function's own policy lets a service call it for a source, by ARN."""
        try:
            with translated("lambda:GetPolicy"):
                policy = self._client.get_policy(FunctionName=function)["Policy"]
        except CanaryError as error:
            if code_of_cause(error) == GONE:
                return False
            raise
        return lets_in(policy, service, "lambda:InvokeFunction", source)


class RuleReader:
    """Looks at rules of the default bus."""

    def __init__(self, client: "EventBridgeClient") -> None:
        """Take a boto3 EventBridge client."""
        self._client = client

    def rule(self, name: str) -> RuleView | None:
        """Return a rule, None when there is none of this name."""
        try:
            with translated("events:DescribeRule"):
                found = self._client.describe_rule(Name=name)
            with translated("events:ListTargetsByRule"):
                targets = self._client.list_targets_by_rule(Rule=name)["Targets"]
        except CanaryError as error:
            if code_of_cause(error) == GONE:
                return None
            raise
        return RuleView(
            name,
            found.get("Arn", ""),
            found.get("State", "ENABLED").startswith("ENABLED"),
            tuple(target["Arn"] for target in targets),
        )
