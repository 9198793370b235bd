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

from benchmarks.scale.figures import CUSTOM_METRIC_MINUTE, PRICES
from benchmarks.scale.run import measured

RESULTS = Path("benchmarks/scale/results.json")
PAGE, TEMPLATE = Path("docs/costs.md"), Path("benchmarks/scale/costs.template.md")
ROLLOUTS = 50
CASES = {
    "holding": {"step": 2, "variants": 2},
    "watching": {"step": 4, "variants": 2},
    "ten variants": {"step": 2, "variants": 10},
}
DAYS_A_MONTH = 365 / 12
HOURS_A_DAY = 24
STANDING = {
    "the key of messages": (1.00, "https://aws.amazon.com/kms/pricing/"),
    "the dashboard": (3.00, "https://aws.amazon.com/cloudwatch/pricing/"),
    "{alarms} alarms": (0.10, "https://aws.amazon.com/cloudwatch/pricing/"),
}
"""Dollars a month; of alarms each."""
CLUSTER_HOUR = 0.10
"""An EKS cluster in standard support: https://aws.amazon.com/eks/pricing/."""
NODE_HOUR = 0.0416
"""t3.medium, on demand, us-east-1: https://aws.amazon.com/ec2/pricing/on-demand/."""


def counted() -> dict[str, Any]:
    """Return a minute of each case, and of no rollout at all; each in a process of its own."""
    asked = {"idle": {"rollouts": 0}} | {n: {"rollouts": ROLLOUTS, **c} for n, c in CASES.items()}
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return dict(zip(asked, pool.map(_minute, asked.values(), chunksize=1), strict=True))


def _minute(case: dict[str, int]) -> dict[str, Any]:
    return measured(deciding=True, **case)


def alarms() -> int:
    """Return how many alarms the template has."""
    return Path("template.yaml").read_text("utf-8").count("Type: AWS::CloudWatch::Alarm")


def page(cases: dict[str, Any]) -> str:
    """Return docs/costs.md."""
    idle, each = cases["idle"], [cases[name] for name in CASES]
    standing = _standing(idle)
    nothing = sum(dollars for _, dollars, _ in standing)
    cluster, nodes = HOURS_A_DAY * CLUSTER_HOUR, HOURS_A_DAY * 2 * NODE_HOUR
    holding = cases["holding"]["per_rollout"]["dollars_a_day"]
    return TEMPLATE.read_text("utf-8").format(
        rollouts=ROLLOUTS,
        heads=" | ".join(CASES),
        rules=" | ".join("---" for _ in CASES),
        rows="\n".join(f"| {kind} | {_of_kind(kind, each)} |" for kind in PRICES),
        without=_per_rollout("dollars_a_day_without_measures", each),
        measures=_of_kind("custom metrics", each),
        whole=_per_rollout("dollars_a_day", each),
        transitions=f"{70 * 0.025 / 1000:.4f}",
        standing="\n".join(f"| {name} | {dollars:.3f} |" for name, dollars, _ in standing),
        nothing=f"{nothing:.2f}",
        cluster=f"{cluster:.2f}",
        nodes=f"{nodes:.2f}",
        peer=f"{cluster + nodes:.2f}",
        many=int((cluster + nodes - nothing) / holding),
        sources="\n".join(f"- {source}" for source in _sources(standing)),
    )


def _sources(standing: list[tuple[str, float, str]]) -> list[str]:
    each = PRICES | {"custom metrics, a minute": CUSTOM_METRIC_MINUTE}
    told = [f"{name}: ${price.dollars:.3g}, {price.source}" for name, price in each.items()]
    return [*told, *(f"{name}: {source}" for name, _, source in standing if source)]


def _of_kind(kind: str, cases: list[dict[str, Any]]) -> str:
    each = (case["dollars_a_day_by_kind"][kind] / case["rollouts"] for case in cases)
    return " | ".join(f"{dollars:.4f}" for dollars in each)


def _per_rollout(key: str, cases: list[dict[str, Any]]) -> str:
    return " | ".join(f"**{case['per_rollout'][key]:.3f}**" for case in cases)


def _standing(idle: dict[str, Any]) -> list[tuple[str, float, str]]:
    """Return what is paid while nothing rolls out: what, dollars a day, and the price's source."""
    count = alarms()
    fixed = [
        (name.format(alarms=count), dollars * (count if "{" in name else 1) / DAYS_A_MONTH, source)
        for name, (dollars, source) in STANDING.items()
    ]
    measures = idle["dollars_a_day_by_kind"]["custom metrics"]
    tick = idle["per_rollout"]["dollars_a_day_without_measures"]
    metrics = f"{idle['custom_metrics']} metrics of the controller"
    return [*fixed, (metrics, measures, ""), ("1,440 ticks that find nothing", tick, "")]


def main(arguments: list[str] | None = None) -> int:
    """Measure and write, or compare."""
    parser = argparse.ArgumentParser(description="What it costs, from counted calls.")
    parser.add_argument("--check", action="store_true", help="compare the page with the results")
    options = parser.parse_args(arguments)
    if options.check:
        found = json.loads(RESULTS.read_text("utf-8"))
        return 0 if PAGE.read_text("utf-8") == page(found) else 1
    cases = counted()
    RESULTS.write_text(json.dumps(cases, indent=1) + "\n", "utf-8")
    PAGE.write_text(page(cases), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
