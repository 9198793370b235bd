"""How the canary is hosted otherwise than its baselines: what is compared along with the models.

Rules: pure. Every field of a variant's configuration counts but those that name it, share traffic
out, or only matter while an instance starts; the values of a container's environment are never
told, since they may be secret.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from pydantic import Field, JsonValue

from canary.domain.model import Frozen
from canary.domain.plan.capacity.values import CapacityPlan
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.words import percent

NOT_COMPARED = frozenset(
    {
        "VariantName",
        "ModelName",
        "InitialInstanceCount",
        "InitialVariantWeight",
        "RoutingConfig",
        "CoreDumpConfig",
        "EnableSSMAccess",
        "ModelDataDownloadTimeoutInSeconds",
        "ContainerStartupHealthCheckTimeoutInSeconds",
        "CapacityReservationConfig",
    }
)
"""Fields of ProductionVariant (API model) that say nothing of how an answer is computed; instances
and routing are told of by themselves.
"""
OF_ITS_ARTEFACTS = "s3://"
HEAVIER = 1.25
"""How many times a baseline instance's requests one of the canary may carry untold."""
LONGEST_VALUE, NAMED_AT_MOST = 60, 6


class Fleet(Frozen):
    """How a variant's instances are set up: fields as DescribeEndpointConfig names them, and the
    environment of its containers, None where that could not be read.
    """

    fields: dict[str, JsonValue] = Field(default_factory=dict)
    environment: dict[str, str] | None = None


def told_of_fleets(
    canary: str, baselines: Sequence[str], fleets: Mapping[str, Fleet]
) -> Iterator[str]:
    """Yield one sentence for the baselines that the canary is hosted otherwise than, each way by
    itself; what could not be read is compared with nothing.
    """
    mine = fleets.get(canary)
    told: dict[str, list[str]] = {}
    for name in baselines:
        if mine is not None and name in fleets and name != canary:
            told.setdefault("; ".join(_differences(mine, fleets[name])), []).append(name)
    for differences, names in told.items():
        if differences:
            yield (
                f"{canary} is not hosted as {' and '.join(names)} ({differences}): the guards "
                "compare that along with the models, so that a difference in latency or errors may "
                "come from either. Host both alike to compare the models alone."
            )


def _differences(mine: Fleet, other: Fleet) -> Iterator[str]:
    left, right = dict(_leaves(mine.fields)), dict(_leaves(other.fields))
    for name in dict.fromkeys((*left, *right)):
        if left.get(name) != right.get(name):
            yield f"{name} {_said(left.get(name))}, there {_said(right.get(name))}"
    if mine.environment is not None and other.environment is not None:
        names = list(_set_otherwise(mine.environment, other.environment))
        if names:
            more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
            yield f"environment {', '.join(names[:NAMED_AT_MOST])}{more}"


def _leaves(fields: Mapping[str, JsonValue], at: str = "") -> Iterator[tuple[str, JsonValue]]:
    """Yield each value of the fields that are compared, by its dotted name."""
    for name, value in fields.items():
        if isinstance(value, dict) and (at or name not in NOT_COMPARED):
            yield from _leaves(value, f"{at}{name}.")
        elif at or name not in NOT_COMPARED:
            yield f"{at}{name}", value


def _set_otherwise(mine: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    """Yield the variables that are not set alike; where a model's own artefacts lie is no setting
    of its host.
    """
    for name in sorted(mine.keys() | other.keys()):
        values = [one[name] for one in (mine, other) if name in one]
        artefacts = all(value.startswith(OF_ITS_ARTEFACTS) for value in values)
        if mine.get(name) != other.get(name) and not artefacts:
            yield name


def _said(value: JsonValue) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def told_of_load(
    view: EndpointView,
    canary: str,
    shares: Sequence[float],
    planned: CapacityPlan | None,
    scaled: Collection[str],
) -> Iterator[str]:
    """Yield where an instance of the canary carries more at some share than one of the baselines
    did before the rollout, by the instances that are `planned` for it, or those it has; nothing
    where something else scales it.
    """
    serving = [v for v in view.variants if v.current_weight > 0 and v.name != canary]
    before = sum(variant.current_count or 0 for variant in serving)
    variant = next(one for one in view.variants if one.name == canary)
    moved = planned is None and (canary in scaled or variant.least_instances is not None)
    counts = planned.counts if planned else (variant.current_count or 0,) * len(shares)
    loads = [
        (share * before / count, share, count)
        for share, count in zip(shares, counts, strict=True)
        if count and not moved
    ]
    times, share, count = max(loads, default=(0.0, 0.0, 0))
    if times >= HEAVIER:
        yield (
            f"At {percent(share)} each of the {count} instances of {canary} carries {times:.1f} "
            f"times the requests that each of the {before} of {_names(serving)} carried before: "
            "latency is compared with that load on it."
        )


def _names(serving: Sequence[Variant]) -> str:
    return " and ".join(variant.name for variant in serving)
