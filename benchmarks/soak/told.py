"""What a soak came to, as people read it."""

from typing import Any

from benchmarks.soak import growth

BLIND_MINUTES = 10
"""Heartbeats that are missing for so long take a rollout back."""


def told_of(found: dict[str, Any]) -> str:
    """Return what was found as a sentence and a table in Markdown."""
    ended = ", ".join(f"{count} {phase}" for phase, count in sorted(found["ended"].items()))
    faults = ", ".join(f"{count:,} {what}" for what, count in sorted(found["faults"].items()))
    failed = sum(found["failed_invocations"].values())
    hours = found["hours"]
    columns = ("memory_mb", "items", "executions", "objects")
    left = ", ".join(f"{count} {what}" for what, count in found["left"].items())
    told = (
        f"{found['rollouts']} rollouts for {found['minutes'] / 60:g} hours ended {ended}; "
        f"{len(found['wrong'])} otherwise than they have to. The longest was blind for "
        f"{found['longest_blind_minutes']} minutes of the {BLIND_MINUTES} that take one back. "
        f"Broken: {faults}; {failed:,} invocations failed. Left: {left}. "
        f"{growth.told(found['growth'])}"
    )
    rows = [
        f"| {hour['minute'] / 60:g} | {' | '.join(f'{hour[name]:,}' for name in columns)} |"
        for hour in hours
    ]
    heads = "| hour | memory, MB | items | executions running | objects |"
    lines = [told, "", heads, "| --- | --- | --- | --- | --- |", *rows]
    return "\n".join(lines)
