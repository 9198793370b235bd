"""The grammar of CloudWatch's statistics: p99, tm95.5, TM(10%:90%), TC(:300), PR(100:2000).

Source: CloudWatch User Guide, "CloudWatch statistics definitions": a bound has up to ten decimals,
those in percent go from 0 to 100, a percentile rank (PR) takes values alone.
"""

import re

ALL_PERCENT = 100
ONE_NUMBER = frozenset({"Sum", "SampleCount", "Average", "Maximum", "Minimum", "IQM"})
_NUMBER = r"\d{1,15}(?:\.\d{1,10})?"
_UP_TO = re.compile(rf"(p|tm|wm|tc|ts)({_NUMBER})")
_BETWEEN = re.compile(rf"(TM|WM|TC|TS|PR)\(({_NUMBER}%?)?:({_NUMBER}%?)?\)")


def kind_of(statistic: str) -> str | None:
    """Return what a statistic is in capitals, its bounds left out (P, TM, TC, PR, AVERAGE), None
    where it is written like none.
    """
    if statistic in ONE_NUMBER:
        return statistic.upper()
    found = _UP_TO.fullmatch(statistic) or _BETWEEN.fullmatch(statistic)
    return found[1].upper() if found else None


def in_percent(statistic: str) -> bool:
    """Return whether its bounds cut by rank and not by value."""
    return "%" in statistic or bool(_UP_TO.fullmatch(statistic))


def wrong_bounds(statistic: str) -> str | None:
    """Return what is wrong with a statistic's bounds, in words behind "it"; None: nothing."""
    if up_to := _UP_TO.fullmatch(statistic):
        return _wrong([up_to[2] + "%"], up_to[1])
    between = _BETWEEN.fullmatch(statistic)
    if between is None:
        return None
    kind, *written = between.groups()
    return _wrong([bound for bound in written if bound], kind)


def _wrong(bounds: list[str], kind: str) -> str | None:
    percents = {bound.endswith("%") for bound in bounds}
    numbers = [float(bound.rstrip("%")) for bound in bounds]
    wrongs = {
        "names no bound": not bounds,
        "has one bound in percent and one that is a value": len(percents) > 1,
        "ranks values, so that its bounds are values and no percent": kind == "PR"
        and True in percents,
        "is beyond 100 percent": True in percents and max(numbers) > ALL_PERCENT,
        "has a lower bound that is not below the upper one": numbers != sorted(set(numbers)),
    }
    return next((words for words, holds in wrongs.items() if holds), None)
