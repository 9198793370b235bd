"""Puts configurations in use around a rollout: builds the canary before it, and tidies after it.

Each method answers with what comes `next`. Record, then act: what is asked for is claimed first,
its name made of the rollout's id, so that what was made is found again whatever answer was lost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from canary.domain.errors import AwsDenied, Superseded
from canary.domain.plan.release.configuration import settled, staged
from canary.domain.rollout.arrival import FOREIGN_REASON, GONE_REASON, agreed
from canary.domain.rollout.kinds.values import Seen
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Outcome
from canary.domain.rollout.release import arranging
from canary.domain.rollout.release.arrangement import Standing, changed_counts, standing, wanted
from canary.domain.rollout.release.package import DENIED, NOT_WORSE, said, worse_package
from canary.domain.rollout.release.unbuilt import why_not_built
from canary.domain.rollout.task_result import TaskResult
from canary.domain.rollout.transitions import claims, closing

if TYPE_CHECKING:  # a cold start needs no protocols
    from canary.domain.plan.endpoint import EndpointView
    from canary.domain.rollout.record import Arrangement, Record
    from canary.ports.aws import EndpointReader
    from canary.ports.configurations import Configurations
    from canary.ports.rollouts import Rollouts

SUSPICIOUS = frozenset({"BACK", "FOREIGN", "GONE"})


class Stager:
    """Arranges the configurations of one rollout at a time, for the execution that holds it."""

    def __init__(
        self,
        rollouts: Rollouts,
        endpoints: EndpointReader,
        configurations: Configurations,
        clock: Callable[[], datetime],
    ) -> None:
        """Take the record store, the endpoints, what makes configurations, and the clock to read
        just before a claim.
        """
        self._rollouts = rollouts
        self._endpoints = endpoints
        self._configurations = configurations
        self._clock = clock

    def arrange(self, rollout: str, holder: str, generation: int) -> TaskResult:
        """Claim the configuration that is due, make it and ask for it.

        Raises Superseded, RollBackPending, AwsUnavailable.
        """
        asking = self._clock()
        record = self._rollouts.change(
            rollout, lambda r: arranging.claim(r, holder, generation, asking)
        )
        view = self._look(record)
        stands = standing(record, view, asking)
        if stands != "BEFORE":
            return TaskResult(next="LOOK", reason=f"the endpoint is {view.status}")
        try:
            self._build(record, view)
            self._rollouts.change(rollout, lambda r: arranging.accepted(r, _asked(record)))
        except AwsDenied as error:
            return self._failed(record, holder, generation, str(error))
        return TaskResult(next="LOOK", reason=f"asked for configuration {_asked(record).config}")

    def look(self, rollout: str, holder: str, generation: int, now: datetime) -> TaskResult:
        """Say whether the configuration is in use, and what comes next. Raises Superseded."""
        record = self._rollouts.load(rollout)
        claims.check_holder(record, holder, generation)
        if record.arranged is None:
            raise Superseded(f"nothing is arranged for {rollout}")
        if record.phase is Phase.STAGING and record.rolling_back:
            return TaskResult(next="RESTORE", reason="a roll-back is recorded")
        view = self._look(record)
        stands = standing(record, view, now)
        if stands == "THERE":
            return self._arrived(record, holder, generation, view)
        if stands in {"FOREIGN", "GONE"}:
            return self._lost(record, holder, generation, view, now)
        if stands in {"BACK", "LATE"} and _asked(record).accepted:
            return self._failed(record, holder, generation, _why(stands, record, view))
        return TaskResult(
            next="ARRANGE" if stands in {"BACK", "LATE"} else "WAIT",
            reason=f"the endpoint is {view.status}",
        )

    def _build(self, record: Record, view: EndpointView) -> None:
        """Make what is due and ask for it; what is there already is not made again."""
        asked, make = _asked(record), self._configurations
        release = record.plan.release
        assert release is not None  # noqa: S101 - something is due
        if asked.what != "take_off":
            found = make.describe(view.config_name)
            if asked.what == "stage":
                staging = release.staging
                assert staging is not None  # noqa: S101 - staging is due
                if staging.model_package is not None:
                    make.create_model(staging, _model_of(found, staging.like), record.rollout)
                made = staged(found, staging)
            else:
                counts = {v.name: v.current_count for v in view.variants if v.current_count}
                weights = wanted(record, asked.what).weights
                made = settled(found, asked.config, weights, counts)
            make.create(made, view.config_name, record.rollout)
        make.put_in_use(record.endpoint, asked.config)

    def _arrived(
        self, record: Record, holder: str, generation: int, view: EndpointView
    ) -> TaskResult:
        asked = _asked(record)
        registry = self._reject(record, asked)  # first: tidying may fail, and is less urgent
        left = [] if asked.what == "stage" else self._clear(record, asked)
        left += [
            f"{name} has {now or 0} instances, {then} when it began"
            for name, (then, now) in changed_counts(record, view).items()
            if asked.what in {"stage", "take_off"}
        ]
        tidied = arranging.Tidied("; ".join(left), registry)
        self._rollouts.change(
            record.rollout,
            lambda r: arranging.arrived(r, holder, generation, tidied, self._clock()),
        )
        reason = f"configuration {asked.config} is in use"
        return TaskResult(next="MOVE" if asked.what == "stage" else "CLOSE", reason=reason)

    def _clear(self, record: Record, asked: Arrangement) -> list[str]:
        """Remove what this rollout made and nothing uses any more; return what could not be."""
        release = record.plan.release
        staging = release.staging if release else None
        if staging is None:
            return []
        left = []
        # Of a promotion that was settled and taken back, the configuration that said so as well.
        settled = [name for name in asked.before if release and name == release.end_config]
        for name in (staging.config, *settled):
            try:
                self._configurations.remove(name)
            except AwsDenied as error:
                left.append(f"configuration {name} ({error})")
        if asked.what == "take_off" and staging.model_package is not None:
            try:
                self._configurations.remove_model(staging.model)
            except AwsDenied as error:
                left.append(f"model {staging.model} ({error})")
        return left

    def _reject(self, record: Record, asked: Arrangement) -> str:
        """Reject the package of a canary that evidence showed worse; return what is said of it."""
        release, decision = record.plan.release, record.decision
        package = release.staging.model_package if release and release.staging else None
        if asked.what != "take_off" or package is None:
            return ""
        if decision is None or worse_package(record) is None:
            return said(NOT_WORSE, package)
        try:
            self._configurations.reject_package(
                package, f"Taken back by rollout {record.rollout}: {decision.reason}"
            )
        except AwsDenied as error:
            return said(DENIED, package, str(error))
        return f"The package {package} is Rejected in the registry, with the reason"

    def _failed(self, record: Record, holder: str, generation: int, why: str) -> TaskResult:
        """Note why it could not be arranged: a canary that was not built is taken back, an end
        stays as it is.
        """
        staging = record.plan.release.staging if record.plan.release else None
        building = record.phase is Phase.STAGING
        told = why_not_built(staging, record.endpoint, why) if staging and building else why
        registry = self._reject(record, _asked(record))
        self._rollouts.change(
            record.rollout,
            lambda r: arranging.failed(r, holder, generation, told, self._clock(), registry),
        )
        return TaskResult(next="RESTORE" if building else "CLOSE", reason=told[:2000])

    def _lost(
        self, record: Record, holder: str, generation: int, view: EndpointView, now: datetime
    ) -> TaskResult:
        reason = FOREIGN_REASON if view.exists else GONE_REASON
        outcome = Outcome(end=Phase.HANDED_OVER, reason=reason, seen=Seen.of(view, now))
        self._rollouts.change(
            record.rollout, lambda r: closing.set_outcome(r, holder, generation, outcome)
        )
        return TaskResult(next="CLOSE", reason=reason)

    def _look(self, record: Record) -> EndpointView:
        def suspicious(view: EndpointView) -> bool:
            return standing(record, view, self._clock()) in SUSPICIOUS

        return agreed(lambda: self._endpoints.describe(record.endpoint), suspicious)


def _why(stands: Standing, record: Record, view: EndpointView) -> str:
    """Return why an arrangement is given up."""
    if stands == "BACK":
        why = view.failure_reason or "SageMaker gives no reason"
        return f"SageMaker went back to configuration {view.config_name}: {why}"
    return f"configuration {_asked(record).config} is not in use; the endpoint is {view.standing}"


def _asked(record: Record) -> Arrangement:
    assert record.arranged is not None  # noqa: S101 - claimed before anything is made
    return record.arranged


def _model_of(configuration: object, variant: str) -> str:
    """Return the model of a variant in a configuration. Raises AwsDenied where it has none."""
    variants = configuration["ProductionVariants"] if isinstance(configuration, dict) else []
    for one in variants:
        if one["VariantName"] == variant and "ModelName" in one:
            return str(one["ModelName"])
    raise AwsDenied(f"{variant} has no model in its configuration")
