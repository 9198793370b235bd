"""A shifter whose plan asks for instances, on ports in memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from canary.domain.plan.capacity.values import Bounds, CapacityPlan
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.target import Target
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision, Record
from canary.domain.rollout.task_result import TaskResult
from canary.flow.shift import Shifter
from tests.ports import MemoryRollouts, ScriptedEndpoint
from tests.rollouts import HOLDER, NOON, a_plan, a_record, a_view, after

ROLLOUT = "churn-1"
FOUND = Target(weights={"v1": 3.0, "v2": 0.0}, counts={"v1": 4, "v2": 1})
COUNTS = (1, 1, 2, 3, 4)
AUTOSCALED = {"v1": Bounds(least=1, most=8), "v2": Bounds(least=1, most=8)}
DECIDED = 600


class CountedEndpoint(ScriptedEndpoint):
    """An endpoint whose instances can be asked for; it keeps the asks."""

    def __init__(self, view: EndpointView) -> None:
        super().__init__(view)
        self.scaled: list[tuple[str, int]] = []

    def move(self, endpoint: str, target: Target) -> None:
        """Serve this target; instances stay as they are."""
        counts = {v.name: v.current_count for v in self.view.variants if v.current_count}
        super().move(endpoint, target.but(counts=counts | target.counts))
        self.moves[-1] = target

    def ask_instances(self, endpoint: str, variant: str, count: int) -> None:
        """Have so many instances of a variant at once, unless told to fail or to stay."""
        self.scaled.append((variant, count))
        if self.failure:
            raise self.failure
        if self.arrives:
            self.view = self.view.but(
                variants=tuple(
                    v.but(current_count=count, desired_count=count) if v.name == variant else v
                    for v in self.view.variants
                )
            )


class MemoryScaling:
    """Scalable targets; a minimum above the count adds instances unless told to stay."""

    def __init__(self, endpoint: CountedEndpoint, bounds: Mapping[str, Bounds]) -> None:
        self.known = dict(bounds)
        self.held: list[tuple[str, int]] = []
        self.failure: Exception | None = None
        self._endpoint = endpoint

    def bounds(self, endpoint: str, variants: Sequence[str]) -> Mapping[str, Bounds]:
        """Return those that are autoscaled."""
        if self.failure:
            raise self.failure
        return {name: self.known[name] for name in variants if name in self.known}

    def hold(self, endpoint: str, variant: str, least: int) -> None:
        """Keep the minimum, and have as many instances."""
        self.held.append((variant, least))
        if self.failure:
            raise self.failure
        self.known[variant] = self.known[variant].but(least=least)
        count = next(v.current_count for v in self._endpoint.view.variants if v.name == variant)
        if (count or 0) < least:
            self._endpoint.ask_instances(endpoint, variant, least)


class Stage:
    """A rollout at step 1 whose advance to 25% is decided."""

    def __init__(
        self, bounds: Mapping[str, Bounds] | None = None, held: Mapping[str, int] | None = None
    ) -> None:
        planned = CapacityPlan(
            found_count=1, counts=COUNTS, held=dict(held or {}), bounds=dict(bounds or {})
        )
        record = a_record(plan=a_plan(Target(weights=FOUND.weights), capacity=planned))
        self.rollouts = MemoryRollouts(record)
        self.endpoint = CountedEndpoint(a_view(FOUND))
        self.scaling = MemoryScaling(self.endpoint, bounds or {})
        self.shifter = Shifter(self.rollouts, self.endpoint, scaling=self.scaling)
        self.serve(1)

    @property
    def record(self) -> Record:
        """Return the newest record."""
        return self.rollouts.load(ROLLOUT)

    def change(self, **changes: Any) -> None:
        """Write into the record."""
        self.rollouts.change(ROLLOUT, lambda r: r.but(**changes))

    def serve(self, step: int) -> None:
        """Let a step serve, and the next one be decided."""
        shifter = self.shifter
        shifter.move(ROLLOUT, HOLDER, 1, NOON)
        shifter.look(ROLLOUT, HOLDER, 1, NOON)
        for at in range(step):
            self.change(phase=Phase.BAKING, decision=_advance(at, 60 * at))
            self.see_counts(4, COUNTS[at + 1])
            shifter.move(ROLLOUT, HOLDER, 1, after(60 * at))
            self.see_counts(4, COUNTS[at + 1])
            while shifter.look(ROLLOUT, HOLDER, 1, after(60 * at + 30)).next == "WAIT":
                pass
        self.change(phase=Phase.BAKING, decision=_advance(step, DECIDED), token="t", bakes=())

    def see_counts(self, baseline: int, canary: int, **changes: Any) -> None:
        """Let the endpoint have so many instances."""
        weights = self.endpoint.view.current_weights
        counted = Target(weights=weights, counts={"v1": baseline, "v2": canary})
        self.endpoint.view = a_view(counted).but(**changes)

    def counts(self) -> dict[str, int | None]:
        """Return the instances of each variant."""
        return {v.name: v.current_count for v in self.endpoint.view.variants}

    def move(self, seconds: float = DECIDED) -> TaskResult:
        """Move, as the machine does."""
        return self.shifter.move(ROLLOUT, HOLDER, 1, after(seconds))

    def look(self, seconds: float) -> TaskResult:
        """Look, as the machine does."""
        return self.shifter.look(ROLLOUT, HOLDER, 1, after(seconds))

    def restore(self, seconds: float) -> TaskResult:
        """Restore, as the machine does."""
        return self.shifter.restore(ROLLOUT, HOLDER, 1, "asked for", after(seconds))

    def look_restored(self, seconds: float) -> TaskResult:
        """Look at a restore, as the machine does."""
        return self.shifter.look_restored(ROLLOUT, HOLDER, 1, after(seconds))

    def view(self) -> EndpointView:
        """Return what the endpoint shows."""
        return self.endpoint.view


def _advance(step: int, seconds: float) -> Decision:
    return Decision(
        verdict="ADVANCE", step=step, to_step=step + 1, reason="evidence", at=after(seconds)
    )


def weights_asked(stage: Stage) -> int:
    """Return how often weights were asked for."""
    return len(stage.endpoint.moves)
