"""Every way a rollout can stand or end, played by the real application on the emulated account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from canaryctl.history import RolloutHistory, read_history
from emulator.calls import Call, Proceed
from tests.integration.stage import Stage, SumModel


def _refused(call: Call, proceed: Proceed) -> Any:
    """Refuse every weight change for good."""
    if call.name == "sagemaker:UpdateEndpointWeightsAndCapacities":
        raise call.error("AccessDeniedException", "not authorized")
    return proceed()


def _unproven(stage: Stage) -> None:
    stage.start()
    stage.reach("BAKING", 1)
    stage.emulator.run_minutes(3)
    stage.emulator.calls.hooks.append(_refused)
    stage.command("rollback")
    stage.reach("UNPROVEN")
    stage.emulator.run_minutes(14)


def _going_back(stage: Stage) -> None:
    stage.start()
    stage.reach("BAKING", 1)
    stage.emulator.calls.hooks.append(_refused)
    stage.command("rollback")
    stage.reach("ROLLING_BACK")
    stage.emulator.run_minutes(6)


def _handed_over(stage: Stage) -> None:
    stage.start()
    stage.reach("BAKING", 2)
    stage.command("release")
    stage.reach_end()


def _paused(stage: Stage) -> None:
    stage.start()
    stage.reach("BAKING", 2)
    stage.command(
        "pause", minutes=60, by=f"arn:aws:sts::123456789012:assumed-role/{'Ops' * 20}/ana"
    )
    stage.emulator.run_minutes(12)


def _held(stage: Stage) -> None:
    short = [{"share": 0.05, "bake_minutes": {"min": 3, "max": 10}}, {"share": 1.0}]
    stage.start({"steps": short})
    stage.reach("BAKING", 1)
    stage.emulator.run_minutes(25)


def _errors(stage: Stage) -> None:
    stage.finish(stage.start())


def _errors_now(stage: Stage) -> None:
    stage.start()
    stage.reach("BAKING", 1)
    stage.emulator.run_minutes(4)


def _worse_in_the_watch(stage: Stage) -> None:
    stage.start()
    stage.reach("WATCHING")
    stage.emulator.run_minutes(4)
    stage.emulator.endpoints.register_model("model-v2", SumModel(failing=0.3))
    stage.reach_end()


def _promoted(stage: Stage) -> None:
    stage.finish(stage.start())


Play = Callable[[Stage], None]
ENDS: dict[str, tuple[Play, dict[str, Any]]] = {
    "promoted": (_promoted, {}),
    "errors": (_errors, {"canary": SumModel(failing=0.2)}),
    "errors-now": (_errors_now, {"canary": SumModel(failing=0.02)}),
    "watch": (_worse_in_the_watch, {}),
    "unproven": (_unproven, {}),
    "going-back": (_going_back, {}),
    "handed-over": (_handed_over, {}),
    "paused": (_paused, {}),
    "held": (_held, {"requests_per_minute": 60}),
}


def played(name: str) -> RolloutHistory:
    """Return the history of one of ENDS, as `canaryctl report` would read it."""
    play, options = ENDS[name]
    with Stage(**options) as stage:
        play(stage)
        table = stage.outputs["TableName"]
        return read_history(stage.client("dynamodb"), table, stage.record.rollout)
