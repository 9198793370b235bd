"""The whole stack on one machine: AWS emulated in this process, on one clock, running the real
template and handlers.

with Emulator(start=datetime(2026, 1, 5, 8, 0, tzinfo=UTC)) as emulator:
    outputs = emulator.deploy("template.yaml")
    emulator.client("stepfunctions").start_execution(stateMachineArn=outputs["StateMachineArn"],
    input="{}")
    emulator.run_minutes(30)
"""

from emulator.account import Emulator
from emulator.clock import Clock

__all__ = ["Clock", "Emulator"]
