"""What checks read from: one stack and, where given, one endpoint and one request, each read once.

Every property asks AWS through an adapter, with the caller's own credentials, and raises what the
adapter raises.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from canary.adapters.account.alarms import AlarmReader, AlarmView
from canary.adapters.account.functions import FunctionReader, FunctionView, RuleReader
from canary.adapters.account.parts import LOOKS, PartReader
from canary.adapters.account.queues import QueueReader
from canary.adapters.account.quotas import QuotaReader
from canary.adapters.account.roles import RoleSimulator
from canary.adapters.account.stacks import CloudFormationReader, StackView
from canary.adapters.account.topics import Subscription, TopicReader
from canary.adapters.cloudwatch import CloudWatchMetrics
from canary.adapters.hosting import SageMakerHosting
from canary.adapters.instances.autoscaling import VariantScaling
from canary.adapters.labelled.invoker import EndpointInvoker, runtime_config
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.telling.sns import SnsPublisher
from canary.adapters.translation import nobody_asked
from canary.domain.errors import AwsDenied
from canary.domain.judge.metrics import RawSeries
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.guards import Metric
from canary.domain.plan.kinds.hosting import Configured
from canaryctl.operate.options import Time
from canaryctl.operate.stack import Stack, StackError
from canaryctl.operate.subscribers import denied_action

ANSWER_WITHIN_SECONDS = 70.0
"""Containers answer within 60 s or not at all."""
PUT_BACK = (
    "A deploy leaves what CloudFormation takes for unchanged: make a change set that reverts "
    "drift, read what it would do, then execute it (execute-change-set)"
)
"""What to do where somebody deleted or changed a part behind CloudFormation's back; source: User
Guide, "Using drift-aware change sets".
"""


@dataclass(frozen=True)
class Sample:
    """One request that may be sent to a variant."""

    body: bytes
    content_type: str


@dataclass(frozen=True)
class Account:
    """One deployed stack in its account, as its operator may read it."""

    stack: Stack
    time: Time
    endpoint: str = ""
    sample: Sample | None = None
    send: bool = False

    def has(self, need: str) -> bool:
        """Return whether what a check needs was given."""
        return bool(getattr(self, need))

    @property
    def deploy_again(self) -> str:
        """Return the command that builds the stack and deploys it as it stands."""
        wanted = self.view.parameters.get("Architecture", "arm64")
        stack = f"--stack-name {self.stack.name}"
        return f"make build ARCHITECTURE={wanted} && .venv-sam/bin/sam deploy {stack}"

    @property
    def put_back(self) -> str:
        """Return the command that makes, and does not execute, a change set which puts back what
        was deleted, with the template and the parameters the stack has.
        """
        kept = [f"ParameterKey={key},UsePreviousValue=true" for key in self.view.parameters]
        return (
            f"aws cloudformation create-change-set --stack-name {self.stack.name} "
            "--change-set-name put-back --use-previous-template --deployment-mode REVERT_DRIFT "
            "--capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
            + "".join(f" {one}" for one in (["--parameters", *kept] if kept else []))
        )

    @property
    def now(self) -> datetime:
        """Return the time."""
        return self.time.now()

    @cached_property
    def found(self) -> StackView | None:
        """Return the stack, None where there is none of its name."""
        return CloudFormationReader(self.stack.client("cloudformation")).stack(self.stack.name)

    @property
    def view(self) -> StackView:
        """Return the stack. Raises StackError where there is none."""
        if self.found is None:
            raise StackError(f"there is no stack {self.stack.name!r} to look at")
        return self.found

    def physical(self, logical_id: str) -> str:
        """Return the name AWS knows a resource by. Raises StackError where the stack has none."""
        if logical_id not in self.view.resources:
            raise StackError(f"stack {self.stack.name!r} has no resource {logical_id}")
        return self.view.resources[logical_id].physical

    @cached_property
    def functions(self) -> Mapping[str, FunctionView | None]:
        """Return the stack's functions by logical id, None for one that is gone."""
        names = self.view.of_kind("AWS::Lambda::Function")
        return {logical: self.function_reader.function(name) for logical, name in names.items()}

    @cached_property
    def function_reader(self) -> FunctionReader:
        """Return what looks at functions."""
        return FunctionReader(self.stack.client("lambda"))

    @cached_property
    def parts(self) -> Mapping[str, str | None]:
        """Return the status of every part that has one, by its name, None for one that is gone."""
        reader = PartReader(self.stack.client)
        return {
            name: reader.status(kind, name)
            for kind in LOOKS
            for name in self.view.of_kind(kind).values()
        }

    @cached_property
    def alarms(self) -> Mapping[str, AlarmView | None]:
        """Return the stack's alarms by name, None for one that is gone."""
        names = list(self.view.of_kind("AWS::CloudWatch::Alarm").values())
        there = {alarm.name: alarm for alarm in self.alarm_reader.alarms(names)}
        return {name: there.get(name) for name in names}

    @cached_property
    def subscriptions(self) -> Sequence[Subscription]:
        """Return who is subscribed to the stack's topic."""
        return self.topics.subscriptions(self.physical("Topic"))

    @cached_property
    def filters(self) -> Mapping[str, tuple[str, str] | None]:
        """Return the filter policy and its scope of each confirmed subscription by its ARN; None
        where it may not be read.
        """
        return {one.arn: self._filter(one.arn) for one in self.subscriptions if one.confirmed}

    def _filter(self, subscription: str) -> tuple[str, str] | None:
        try:
            return self.topics.filter_of(subscription)
        except AwsDenied as error:
            if denied_action(error) and not nobody_asked(error):
                return None
            raise

    @cached_property
    def serving(self) -> EndpointView:
        """Return the endpoint; GONE where there is none of its name."""
        return SageMakerEndpoints(self.stack.client("sagemaker")).describe(self.endpoint)

    @cached_property
    def configured(self) -> Configured:
        """Return what stands behind the endpoint's variants."""
        return SageMakerHosting(self.stack.client("sagemaker")).configured(self.serving)

    @cached_property
    def alarm_reader(self) -> AlarmReader:
        """Return what looks at alarms."""
        return AlarmReader(self.stack.client("cloudwatch"))

    @cached_property
    def topics(self) -> TopicReader:
        """Return what looks at topics."""
        return TopicReader(self.stack.client("sns"))

    @cached_property
    def rules(self) -> RuleReader:
        """Return what looks at rules."""
        return RuleReader(self.stack.client("events"))

    @cached_property
    def queues(self) -> QueueReader:
        """Return what looks at queues."""
        return QueueReader(self.stack.client("sqs"))

    @cached_property
    def roles(self) -> RoleSimulator:
        """Return what simulates roles."""
        return RoleSimulator(self.stack.client("iam"))

    @cached_property
    def quotas(self) -> QuotaReader:
        """Return what looks at quotas."""
        return QuotaReader(self.stack.client("service-quotas"))

    @cached_property
    def surroundings(self) -> VariantScaling:
        """Return what looks at an endpoint's surroundings."""
        return VariantScaling(self.stack.client("application-autoscaling"))

    @cached_property
    def invoker(self) -> EndpointInvoker:
        """Return what calls variants, each call sent once."""
        config = runtime_config(1, ANSWER_WITHIN_SECONDS)
        return EndpointInvoker(self.stack.client("sagemaker-runtime", config))

    @cached_property
    def publisher(self) -> SnsPublisher:
        """Return what publishes on the stack's topic."""
        return SnsPublisher(self.stack.client("sns"), self.physical("Topic"))

    def minutes(self, metrics: Sequence[Metric], back: int) -> Mapping[Metric, RawSeries]:
        """Return the one-minute points of the last `back` minutes."""
        reader = CloudWatchMetrics(self.stack.client("cloudwatch"))
        return reader.minutes(metrics, self.now - timedelta(minutes=back), self.now)
