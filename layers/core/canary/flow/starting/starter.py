"""Starts rollouts by themselves: on an endpoint's change, on a package's approval, at the end of
the rollout that was in the way, and when a sweep finds what no event told of.

Level, not edge: an event says where to look, never what is there. A start is kept before it is
asked for, and asked for by the name that was kept, so that a crash between the two heals with the
next event and a doubled event starts nothing twice. What carries no tag is left alone without a
word; what carries one and cannot be carried out is told.
"""

from collections.abc import Mapping
from datetime import datetime

from canary.domain.errors import AwsDenied, Refused
from canary.domain.hands_off import (
    PREFIX,
    Start,
    group_of,
    is_granted,
    read_document,
    start_of_package,
    start_of_variant,
)
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.spec import read_spec
from canary.flow.starting.notice import Notices
from canary.ports.aws import EndpointReader, Executions
from canary.ports.rollouts import Rollouts
from canary.ports.starting import Specs, SpecTags, Starts

REFUSED = "Refused"


class Starter:
    """Each method returns in one sentence what was done, for the log. Raises AwsDenied where what
    its role grants may not be looked at: an occasion would else be dropped unheard.
    """

    def __init__(
        self,
        rollouts: Rollouts,
        endpoints: EndpointReader,
        tags: SpecTags,
        specs: Specs,
        starts: Starts,
        executions: Executions,
        notices: Notices,
        pattern: str,
    ) -> None:
        """Take the ports it looks through, what it keeps, whom it tells, and the pattern of the
        endpoints that the stack is granted.
        """
        self._rollouts = rollouts
        self._endpoints = endpoints
        self._tags = tags
        self._specs = specs
        self._starts = starts
        self._executions = executions
        self._notices = notices
        self._pattern = pattern

    def variant(self, endpoint: str, now: datetime) -> str:
        """Look at an endpoint and start the variant its spec names, where it is new at weight 0."""
        try:
            view = self._endpoints.describe(endpoint)
        except AwsDenied as error:
            if is_granted(self._pattern, endpoint):
                raise
            return f"not looked at: {error}"
        uri = self._tags.spec_of(view.arn) if view.exists else None
        if uri is None:
            return "no tag"
        if not view.in_service:
            return f"{view.standing}: its next change is heard"
        if self._rollouts.holding(view.name) is not None:
            return "a rollout is under way: its end is heard"
        return self._of_variant(view, uri, now)

    def _of_variant(self, view: EndpointView, uri: str, now: datetime) -> str:
        try:
            start = start_of_variant(read_document(self._specs.read(uri), uri), view)
            if isinstance(start, str):
                return start
            if self._starts.has_begun(start.key):
                return f"{start.name} was started before"
            read_spec(start.document)
        except Refused as refused:
            occasion = f"{view.name} came into service with {view.config_name}"
            return self._notices.not_started(view.name, occasion, refused, now, again=True)
        if self._rolled_out(view.name, view.config_name, str(start.document["canary"])):
            self._starts.begun(start)  # still so when another rollout is the last one
            return "this variant of this configuration was rolled out before"
        return self._begin(start)

    def package(self, package: str, now: datetime) -> str:
        """Start the rollout of an approved package, where its group is tagged with a spec."""
        if self._starts.has_begun(package):
            return f"{package} was started before"
        uri = self._tags.spec_of(group_of(package))
        if uri is None:
            return "no tag"
        self._starts.watched_since(package.rsplit("/", 2)[-2], now)
        return self._of_package(package, uri, now)

    def _of_package(self, package: str, uri: str, now: datetime) -> str:
        name, version = package.rsplit("/", 2)[-2], int(package.rsplit("/", 1)[-1])
        occasion = f"Version {version} of {name} was approved"
        if not self._starts.newest(name, version):
            return self._notices.not_started(name, occasion, "a later version came first", now)
        try:
            start = start_of_package(read_document(self._specs.read(uri), uri), name, package)
            read_spec(start.document)
        except Refused as refused:
            return self._notices.not_started(name, occasion, refused, now, again=True)
        if self._rollouts.holding(start.endpoint) is not None:
            self._starts.wait(start.endpoint, package)
            if self._rollouts.holding(start.endpoint) is not None:
                return "it waits for the end of the rollout under way"
        return self._begin(start)

    def ended(
        self,
        name: str,
        document: Mapping[str, object],
        error: str | None,
        cause: str | None,
        now: datetime,
    ) -> str:
        """Look again at the endpoint of an execution that is over: what came while it ran may have
        waited. A start of ours that was refused is told.
        """
        endpoint = self._endpoint_of(document)
        if endpoint is None:
            return "no rollout"
        if error == REFUSED and name.startswith(PREFIX):
            return self._notices.not_started(
                endpoint, f"Execution {name} was refused", cause or error, now
            )
        package = self._starts.waiting(endpoint)
        if package is None:
            return self.variant(endpoint, now)
        done = self.package(package, now)
        if self._rollouts.holding(endpoint) is None:
            self._starts.waited(endpoint)
        return done

    def _endpoint_of(self, document: Mapping[str, object]) -> str | None:
        recover = document.get("recover")
        if isinstance(recover, Mapping):
            return self._rollouts.load(str(recover.get("rollout"))).endpoint
        endpoint = document.get("endpoint")
        return endpoint if isinstance(endpoint, str) and "command" not in document else None

    def _rolled_out(self, endpoint: str, config: str, canary: str) -> bool:
        """Return whether the endpoint's last rollout was of this variant in this configuration, or
        put it in use to settle a promotion that was taken back, whoever started it.
        """
        last = self._rollouts.past(endpoint, "LAST")
        if last is None:
            return False
        record = self._rollouts.load(last)
        release = record.plan.release
        made = {release.found_config, release.end_config} if release is not None else set()
        return record.plan.canary == canary and config in {record.plan.config_name, *made}

    def _begin(self, start: Start) -> str:
        kept = self._starts.keep(start)
        if kept.begun:
            return f"{kept.name} was started before"
        self._executions.start(kept.name, kept.document)
        self._starts.begun(kept)
        return f"started {kept.name}"
