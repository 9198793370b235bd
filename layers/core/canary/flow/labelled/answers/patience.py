"""One call to a variant, asked again while it is busy, and what it means when it stays so.

Rules: an endpoint that answers nobody is unavailable, and no record counts for that. A record that
is never answered while others are counts against its variant: another one, a witness, is asked
before that is said. Time and sleep are passed in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from canary.domain.errors import AwsUnavailable
from canary.ports.quality import CallBusy, CallFailed, CallOptions, Invoker, Reply

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""The pauses between attempts while a variant is busy: half a minute in all."""

Body = tuple[bytes, CallOptions]


@dataclass(frozen=True)
class PatientCalls:
    """Calls to one endpoint's variants; `wait` returns when one more call may start, `others` gives
    bodies of other records, for a variant that has answered none yet.
    """

    invoker: Invoker
    endpoint: str
    content_type: str
    wait: Callable[[], None]
    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    others: Callable[[], Iterable[Body]]
    _answered: dict[str, Body] = field(default_factory=dict)

    def call(self, variant: str, sent: Body) -> tuple[Reply | CallFailed, float]:
        """Return what the variant answered once it was not busy, and the seconds that call took.

        Raises AwsUnavailable where the variant answers nobody; at once where nobody listens and
        none has answered yet.
        """
        busy = CallBusy("unavailable", "never asked")
        for pause in (0.0, *PAUSES_SECONDS):
            if pause:
                self.sleep(pause)
            outcome, seconds = self._once(variant, sent)
            if not isinstance(outcome, CallBusy):
                return outcome, seconds
            busy = outcome
            if busy.kind == "unreachable" and pause and not self._answered:
                raise AwsUnavailable(busy.text)
        if busy.kind != "unreachable" and self._answers_another(variant, sent):
            attempts = len(PAUSES_SECONDS) + 1
            text = f"{busy.text} on {attempts} attempts, while another record was answered"
            return CallFailed("unavailable", text), 0.0
        why = f"{busy.kind}: {busy.text}"
        raise AwsUnavailable(f"variant {variant} of {self.endpoint} stayed busy ({why})")

    def _once(self, variant: str, sent: Body) -> tuple[Reply | CallFailed | CallBusy, float]:
        self.wait()
        started = self.monotonic()
        body, options = sent
        outcome = self.invoker.invoke(self.endpoint, variant, body, self.content_type, options)
        seconds = self.monotonic() - started
        if isinstance(outcome, Reply):
            self._answered[variant] = sent
        return outcome, seconds

    def _answers_another(self, variant: str, sent: Body) -> bool:
        """Return whether the variant answers what it answered last, or one of a few others."""
        last = self._answered.get(variant)
        for other in [last] if last is not None else self.others():
            if other[0] != sent[0] and not isinstance(self._once(variant, other)[0], CallBusy):
                return True
        return False
