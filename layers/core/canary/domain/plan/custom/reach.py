"""Margins that no canary can be worse than at the baseline's rate: such a guard never takes one
back, such a gate lets everything pass.
"""

from collections.abc import Collection, Iterator

from canary.domain.errors import Refused
from canary.domain.plan.guards import AnyMargin, CountGuard
from canary.domain.words import percent

MARGINS = ("roll_back_beyond", "last_gate", "early_steps")


def out_of_reach(guard: CountGuard, rate: float) -> tuple[str, ...]:
    """Return the names of a guard's margins out of reach where the baseline's rate of judged events
    is `rate`; a value guard has none.
    """
    if guard.value is not None:
        return ()

    def beyond_all(margin: AnyMargin) -> bool:
        if guard.better == "lower":
            return margin.bound.rate(rate) >= 1
        return rate <= margin.bound.difference

    return tuple(name for name in MARGINS if beyond_all(getattr(guard, name)))


def check_reach(guard: CountGuard, rate: float, field: str, names: Collection[str]) -> None:
    """Raise Refused where one of the named margins is out of reach."""
    for name in out_of_reach(guard, rate):
        if name in names:
            raise Refused(
                f"{field}.{name}",
                _words(guard, name, rate),
                "Narrow it, or count the other events",
            )


def told_of_reach(guard: CountGuard) -> Iterator[str]:
    """Yield a sentence for every margin out of reach, at the rate the history shows."""
    if not guard.history.minutes:
        return
    for name in out_of_reach(guard, guard.history.rate):
        effect = "never takes the canary back" if name == MARGINS[0] else "lets everything pass"
        yield f"{guard.name}.{name} {effect}: {_words(guard, name, guard.history.rate)}."


def _words(guard: CountGuard, name: str, rate: float) -> str:
    worse = guard.worse_than(getattr(guard, name))
    return f"no canary could have {worse}, as the baseline's rate is {percent(rate)}"
