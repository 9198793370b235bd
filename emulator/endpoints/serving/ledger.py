"""What the router itself saw, per endpoint, variant and minute: the truth a controller is checked
against.

Live requests are those routed by weight; targeted ones (TargetVariant) are counted apart.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from emulator.clock.minutes import minute_of


@dataclass
class Tally:
    """Counts. `bad` failed, `slow` took longer than the endpoint's slow threshold, `wrong`
    disagreed with the label.
    """

    live: int = 0
    live_bad: int = 0
    live_slow: int = 0
    live_wrong: int = 0
    targeted: int = 0
    targeted_bad: int = 0

    def add(self, other: "Tally") -> None:
        """Add another tally to this one."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


class Ledger:
    """One endpoint's tallies by variant, in total and by emulated minute (start of the minute,
    UTC).
    """

    def __init__(self) -> None:
        self.variants: defaultdict[str, Tally] = defaultdict(Tally)
        self.minutes: defaultdict[str, dict[datetime, Tally]] = defaultdict(dict)
        self.refused = 0  # requests that found no endpoint or no variant with weight

    def add(self, variant: str, when: datetime, tally: Tally) -> None:
        """Count a batch of requests one variant answered."""
        self.variants[variant].add(tally)
        self.minutes[variant].setdefault(minute_of(when), Tally()).add(tally)

    def live_requests(self, variant: str) -> int:
        """Return the live requests the variant served."""
        return self.variants[variant].live

    def bad_responses(self, variant: str | None = None) -> int:
        """Return the live requests that failed, of one variant or of all."""
        chosen = [self.variants[variant]] if variant else list(self.variants.values())
        return sum(tally.live_bad for tally in chosen)
