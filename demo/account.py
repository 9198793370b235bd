"""The application in an emulated account, as the demo and the tests deploy it."""

from emulator import Emulator
from local.account import TEMPLATE, on_clock, open_account

__all__ = ["ON_CALL", "STACK", "TEMPLATE", "deploy", "on_clock", "open_account"]
STACK = "canary"
ON_CALL = "on-call@example.org"


def deploy(emulator: Emulator, **parameters: str) -> dict[str, str]:
    """Return the stack's outputs after deploying the application, again for an update; the address
    ON_CALL confirms at once where it is the NotificationEmail.
    """
    outputs = emulator.deploy(TEMPLATE, parameters, STACK)
    if parameters.get("NotificationEmail") == ON_CALL:
        emulator.confirm_subscription(ON_CALL)
    return outputs
