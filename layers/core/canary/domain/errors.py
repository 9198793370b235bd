"""Every error this package raises on purpose, and who answers it.

    CanaryError
    |-- Refused           asked for something impossible: field, problem, remedy; nothing changed
    |-- ClaimRefused      this execution may not take the next action any more
    |   |-- Superseded    another generation holds the rollout, or it has ended: leave quietly
    |   `-- RollBackPending  a roll-back is recorded: the only way is to the safe weights
    |-- Conflict          a conditional write lost its race too often: retry the task
    |-- AwsUnavailable    throttled, timed out, 5XX, or busy: retry the task
    |-- AwsDenied         a permanent answer (access denied, validation): retrying will not help
    |   `-- NoCapacity    the account may not have so many instances: a quota mends it
    `-- Misconfigured     the function's own environment is not complete: a deployment mends it

Missing data and uncertainty are findings, never errors. The class names are what Step Functions
sees in Retry and Catch, so renaming one is a change of the state machine.
"""

from collections.abc import Sequence


class CanaryError(Exception):
    """Base of every error raised on purpose."""


class Refused(CanaryError):
    """A spec or a command that cannot be carried out; nothing was changed.

    `field` is the path in the input as the user wrote it, `problem` what is wrong with it, `remedy`
    what to do. `also` holds what else is wrong, and `untold` counts what is left out of it.
    """

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        """Keep the three parts and join them into one readable sentence."""
        super().__init__(f"{field}: {problem}. {remedy}")
        self.field = field
        self.problem = problem
        self.remedy = remedy
        self.also: tuple[Refused, ...] = ()
        self.untold = 0

    def beside(self, also: Sequence["Refused"], untold: int = 0) -> "Refused":
        """Return the same refusal as the first of several, each told on a line of its own."""
        first = Refused(self.field, self.problem, self.remedy)
        if not also and not untold:
            return first
        first.also, first.untold = tuple(also), untold
        lines = [f"{1 + len(also) + untold} mistakes:", *(f"- {one}" for one in (self, *also))]
        if untold:
            lines.append(f"and {untold} more: canaryctl validate tells them all.")
        first.args = ("\n".join(lines),)
        return first


class ClaimRefused(CanaryError):
    """This execution may not take the next action."""


class Superseded(ClaimRefused):
    """Another generation holds the rollout, or it has ended."""


class RollBackPending(ClaimRefused):
    """A roll-back is recorded for this rollout; no forward move may be claimed."""


class Conflict(CanaryError):
    """A conditional write kept losing its race; the whole task may be retried."""


class AwsUnavailable(CanaryError):
    """AWS could not answer now: throttling, a timeout, a 5XX or an endpoint that is busy updating.

    `refused` is True when AWS answered that it did nothing, False when nobody knows: the answer was
    lost.
    """

    def __init__(self, message: str = "", *, refused: bool = False) -> None:
        """Keep what AWS said, and whether that rules out that it was done."""
        super().__init__(message)
        self.refused = refused


class AwsDenied(CanaryError):
    """AWS answered with a permanent refusal, such as access denied or a validation error."""


class NoCapacity(AwsDenied):
    """AWS gives no more instances: the account's limit is reached."""


class Misconfigured(CanaryError):
    """A function's environment lacks a variable or holds a malformed one; the message names every
    one.
    """
