"""Which stack is meant, and how to reach it: by its name, or by table and state machine where the
name is of no use.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, NoRegionError, ProfileNotFound

from canary.adapters.account.stacks import CloudFormationReader, Told
from canary.adapters.evidence import DynamoEvidence
from canary.adapters.stepfunctions import StepFunctionsExecutions
from canary.adapters.table import DynamoRollouts

LOOK = "Look at the profile, its region and its credentials."
OUTPUTS = {"table": "TableName", "state_machine": "StateMachineArn"}


class StackError(Exception):
    """The stack cannot be reached or used: the field that is meant, what is wrong, what to do."""

    def __init__(self, problem: str, field: str = "", remedy: str = "") -> None:
        """Take the parts; those that are not known are ''."""
        self.field, self.problem, self.remedy = field, problem, remedy
        joined = f"{problem}{'' if problem.endswith('.') else ';'} {remedy}"
        super().__init__(joined if remedy else problem)

    @property
    def parts(self) -> dict[str, str]:
        """Return the parts that are known, by name."""
        known = {"field": self.field, "problem": self.problem, "remedy": self.remedy}
        return {name: text for name, text in known.items() if text}


class NotReached(StackError):
    """No client can be made: no region, no such profile, or credentials that are not whole. No
    other call would fare better.
    """


def client(
    service: str, region: str | None, session: Any = None, config: Config | None = None
) -> Any:
    """Return a boto3 client that tries again as botocore's standard mode does, unless a
    configuration of its own says otherwise.

    Raises NotReached when no region is known.
    """
    try:
        asked: Any = session or boto3.session.Session()
        return asked.client(
            service, region_name=region, config=config or Config(retries={"mode": "standard"})
        )
    except NoRegionError as error:
        raise NotReached(str(error), "--region", "Give --region, or set AWS_REGION.") from error
    except ProfileNotFound as error:
        raise NotReached(f"{error}.", "AWS_PROFILE", "Name a profile that there is.") from error
    except BotoCoreError as error:
        raise NotReached(f"{error}.", remedy=f"{LOOK} Give --region, or set AWS_REGION.") from error


@dataclass(frozen=True)
class Stack:
    """One deployed stack. `table` and `state_machine`, where given, spare the look into
    CloudFormation.
    """

    name: str
    region: str | None = None
    table: str | None = None
    state_machine: str | None = None
    session: Any = field(default=None, repr=False)

    def client(self, service: str, config: Config | None = None) -> Any:
        """Return a boto3 client. Raises StackError when no region is known."""
        return client(service, self.region, self.session, config)

    @cached_property
    def table_name(self) -> str:
        """Return the stack's table. Raises StackError."""
        return self.table or self._output("table")

    @cached_property
    def state_machine_arn(self) -> str:
        """Return the stack's state machine. Raises StackError."""
        return self.state_machine or self._output("state_machine")

    @cached_property
    def watched_topic(self) -> str:
        """Return the topic that somebody should be subscribed to; '' where nobody need be, or where
        the table was named instead of the stack.
        """
        return "" if self.table else self._told.outputs.get("WatchedTopicArn", "")

    @cached_property
    def freeze_list(self) -> str | None:
        """Return the bucket/key of the freezes that hold for everybody, '' where there are none;
        None where the table was named instead of the stack. Raises StackError.
        """
        return None if self.table else self._told.parameters.get("FreezeList", "")

    @cached_property
    def rollouts(self) -> DynamoRollouts:
        """Return the record store."""
        return DynamoRollouts(self.client("dynamodb"), self.table_name)

    @cached_property
    def evidence(self) -> DynamoEvidence:
        """Return the store of what was seen."""
        return DynamoEvidence(self.client("dynamodb"), self.table_name)

    @cached_property
    def executions(self) -> StepFunctionsExecutions:
        """Return the executions of its state machine."""
        return StepFunctionsExecutions(self.client("stepfunctions"), self.state_machine_arn)

    @cached_property
    def _told(self) -> Told:
        found = CloudFormationReader(self.client("cloudformation")).told(self.name)
        if found is None:
            raise StackError(
                f"no stack named {self.name!r} here",
                "--stack",
                "check --stack, --region and account",
            )
        return found

    def _output(self, what: str) -> str:
        key = OUTPUTS[what]
        if key not in self._told.outputs:
            option = f"--{what.replace('_', '-')}"
            raise StackError(
                f"stack {self.name!r} has no output {key}: is it this application?",
                option,
                f"Otherwise give {option}",
            )
        return self._told.outputs[key]
