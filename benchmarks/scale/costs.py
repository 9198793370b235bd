"""docs/costs.md from counted calls.

python -m benchmarks.scale.costs           measure the cases (half a minute) and write the page
python -m benchmarks.scale.costs --check   fail where the page is not what was counted
"""

import argparse
import json
import multiprocessing
import sys
from pathlib import Path
from typing import Any

from benchmarks.scale.figures import (
    ALARM_MONTH,
    CLUSTER_HOUR,
    CUSTOM_METRIC_MINUTE,
    DASHBOARD_MONTH,
    KEY_MONTH,
    MINUTES_A_DAY,
    NODE_HOUR,
    PRICES,
    TRANSITION,
)
from benchmarks.scale.run import measured

RESULTS, BEFORE = Path("benchmarks/scale/results.json"), Path("benchmarks/scale/before.json")
PAGE, TEMPLATE = Path("docs/costs.md"), Path("benchmarks/scale/costs.template.md")
ROLLOUTS = 50
CASES = {
    "holding": {"step": 2, "variants": 2},
    "watching": {"step": 4, "variants": 2},
    "ten variants": {"step": 2, "variants": 10},
}
DRAWN = " drawn"
"""What the name of a case ends with whose endpoints the dashboard draws one by one."""
DAYS_A_MONTH = 365 / 12
HOURS_A_DAY = 24
LOOKS_A_DAY = 96
"""The starter's schedule in the template is a quarter of an hour."""
READS_OF_ONE, SECONDS_OF_ONE, GIGABYTES_OF_STARTER = 3, 0.3, 0.5
"""Consistent reads of the table for one endpoint or group that carries the tag, the seconds they
and AWS's other answers take, and the function's memory."""
STATISTICS_A_LOOK = {"holding": 8, "watching": 5, "ten variants": 40}
"""Statistics read of the metrics in a look: what is billed, should each of them be."""


def counted() -> dict[str, Any]:
    """Return a minute of each case, by default and with measures of each endpoint, and of no
    rollout at all; each in a process of its own.
    """
    asked: dict[str, dict[str, Any]] = {"idle": {"rollouts": 0}}
    for name, case in CASES.items():
        asked[name] = {"rollouts": ROLLOUTS, **case}
        asked[name + DRAWN] = {**asked[name], "measures": "yes"}
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return dict(zip(asked, pool.map(_minute, asked.values(), chunksize=1), strict=True))


def _minute(case: dict[str, Any]) -> dict[str, Any]:
    return measured(**case)


def alarms() -> int:
    """Return how many alarms the template has."""
    return Path("template.yaml").read_text("utf-8").count("Type: AWS::CloudWatch::Alarm")


def page(cases: dict[str, Any], before: dict[str, float]) -> str:
    """Return docs/costs.md; `before` are the dollars a day of one rollout, holding, by what they
    were paid for when they were first counted.
    """
    idle, each = cases["idle"], [cases[name] for name in CASES]
    drawn, holding = [cases[name + DRAWN] for name in CASES], _of_one(cases["holding"])
    standing = _standing(idle)
    nothing = sum(dollars for _, dollars in standing)
    cluster, nodes = HOURS_A_DAY * CLUSTER_HOUR.dollars, HOURS_A_DAY * 2 * NODE_HOUR.dollars
    return TEMPLATE.read_text("utf-8").format(
        rollouts=ROLLOUTS,
        heads=" | ".join(CASES),
        rules=" | ".join("---" for _ in CASES),
        rows="\n".join(f"| {kind} | {_row(kind, each)} |" for kind in PRICES),
        shared=" | ".join(f"{_kept(case, idle):.4f}" for case in each),
        together=_together(each, idle),
        drawn=" | ".join(
            f"{_total(with_it, idle) - _total(without, idle):.4f}"
            for with_it, without in zip(drawn, each, strict=True)
        ),
        whole=_together(drawn, idle),
        each_statistic=" | ".join(f"{_if_each_were_billed(name, cases):.3f}" for name in CASES),
        saved="\n".join(
            f"| {kind} | {before[kind]:.4f} | {holding[kind]:.4f} |" for kind in PRICES
        ),
        before=f"{sum(before.values()):.3f}",
        now=f"{sum(holding.values()):.3f}",
        transitions=f"{70 * TRANSITION.dollars:.4f}",
        standing="\n".join(f"| {name} | {dollars:.3f} |" for name, dollars in standing),
        nothing=f"{nothing:.2f}",
        looks=LOOKS_A_DAY,
        look=LOOKS_A_DAY * _look(),
        each_look=LOOKS_A_DAY * _look_at_one(),
        hundred=LOOKS_A_DAY * (_look() + 100 * _look_at_one()),
        cluster=f"{cluster:.2f}",
        nodes=f"{nodes:.2f}",
        peer=f"{cluster + nodes:.2f}",
        many=int((cluster + nodes - nothing) / _total(cases["holding"], idle)),
        sources="\n".join(_sources()),
    )


def _sources() -> list[str]:
    each = PRICES | {
        "custom metrics, a minute": CUSTOM_METRIC_MINUTE,
        "a transition of the state machine": TRANSITION,
        "a key, a month": KEY_MONTH,
        "a dashboard, a month": DASHBOARD_MONTH,
        "an alarm, a month": ALARM_MONTH,
        "a cluster's control plane, an hour": CLUSTER_HOUR,
        "a node, an hour": NODE_HOUR,
    }
    return [
        f"| {name} | {price.dollars:.3g} | {price.source} | {price.read_at} |"
        for name, price in each.items()
    ]


def _of_one(case: dict[str, Any]) -> dict[str, float]:
    """Return the dollars a day of one rollout by what is paid for, the dashboard's metrics left
    out.
    """
    return {kind: case["dollars_a_day_by_kind"][kind] / case["rollouts"] for kind in PRICES}


def _total(case: dict[str, Any], idle: dict[str, Any]) -> float:
    """Return the dollars a day of one rollout; the metrics that a stack keeps without any are the
    stack's.
    """
    return sum(_of_one(case).values()) + _kept(case, idle)


def _kept(case: dict[str, Any], idle: dict[str, Any]) -> float:
    """Return the dollars a day of one rollout for the custom metrics that rollouts add."""
    kept = max(0, case["custom_metrics"] - idle["custom_metrics"]) / case["rollouts"]
    return float(kept * MINUTES_A_DAY * CUSTOM_METRIC_MINUTE.dollars)


def _if_each_were_billed(name: str, cases: dict[str, Any]) -> float:
    read = cases[name]["used"]["metrics read"] / ROLLOUTS
    more = STATISTICS_A_LOOK[name] - read
    return (
        _total(cases[name], cases["idle"]) + more * MINUTES_A_DAY * PRICES["metrics read"].dollars
    )


def _row(kind: str, cases: list[dict[str, Any]]) -> str:
    return " | ".join(f"{_of_one(case)[kind]:.4f}" for case in cases)


def _together(cases: list[dict[str, Any]], idle: dict[str, Any]) -> str:
    return " | ".join(f"**{_total(case, idle):.3f}**" for case in cases)


def _standing(idle: dict[str, Any]) -> list[tuple[str, float]]:
    """Return what is paid while nothing rolls out: what, and dollars a day."""
    count = alarms()
    measures = idle["dollars_a_day_by_kind"]["custom metrics"]
    return [
        ("the key of messages", KEY_MONTH.dollars / DAYS_A_MONTH),
        ("the dashboard", DASHBOARD_MONTH.dollars / DAYS_A_MONTH),
        (f"{count} alarms", count * ALARM_MONTH.dollars / DAYS_A_MONTH),
        (f"{idle['custom_metrics']} metrics of the controller", measures),
        ("1,440 ticks that find nothing", idle["per_rollout"]["dollars_a_day_without_measures"]),
    ]


def _look() -> float:
    """Return what it costs to look for what no event started, where nothing carries the tag."""
    return PRICES["invocations"].dollars + _seconds(1)


def _look_at_one() -> float:
    """Return what one that carries the tag adds."""
    return READS_OF_ONE * PRICES["read units"].dollars + _seconds(SECONDS_OF_ONE)


def _seconds(many: float) -> float:
    return many * GIGABYTES_OF_STARTER * PRICES["gigabyte-seconds"].dollars


def main(arguments: list[str] | None = None) -> int:
    """Measure and write, or compare."""
    parser = argparse.ArgumentParser(description="What it costs, from counted calls.")
    parser.add_argument("--check", action="store_true", help="compare the page with the results")
    options = parser.parse_args(arguments)
    before = json.loads(BEFORE.read_text("utf-8"))["holding"]
    if options.check:
        found = json.loads(RESULTS.read_text("utf-8"))
        return 0 if PAGE.read_text("utf-8") == page(found, before) else 1
    cases = counted()
    RESULTS.write_text(json.dumps(cases, indent=1) + "\n", "utf-8")
    PAGE.write_text(page(cases, before), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
