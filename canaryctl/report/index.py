"""Pages that lead to the pages of rollouts: one of all of them, and one of each endpoint's.

Rules: what needs a person stands first; within a group the order is the given one. Pages are linked
by their file names, so that a folder can be moved or mailed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from canary.domain.words import duration, percent
from canaryctl.history import RolloutHistory
from canaryctl.pages import render, write_page
from canaryctl.report.minutes import newest_minute
from canaryctl.report.page import write_report
from canaryctl.report.summary import Summary, seconds_of, summary_of
from canaryctl.report.timeline import Segment, segments_of

INDEX = "index.html"
GROUPS = ("Needs a person", "Under way", "Over")
WORRYING = frozenset({"alert", "bad", "warn"})


@dataclass(frozen=True)
class Card:
    """One rollout of an index: its name, a sentence about it, its page beside the index."""

    name: str
    shows: str
    page: str
    endpoint: str
    outcome: Summary
    segments: tuple[Segment, ...]
    numbers: str
    began_at: datetime
    open: bool
    """Whether the endpoint is still this rollout's."""

    @property
    def started(self) -> str:
        """Return when it began."""
        return f"{self.began_at:%Y-%m-%d %H:%M} UTC"

    @property
    def group(self) -> str:
        """Return under which heading it stands."""
        if not self.open:
            return GROUPS[2]
        return GROUPS[0] if self.outcome.tone in WORRYING else GROUPS[1]


def card_of(history: RolloutHistory, page: str, name: str = "", shows: str = "") -> Card:
    """Return the card of a rollout, named by its endpoint unless otherwise."""
    record = history.record
    took = duration(seconds_of(history))
    highest = max((record.plan.steps[bake.step].share for bake in record.bakes), default=0.0)
    return Card(
        name=name or record.endpoint,
        shows=shows,
        page=page,
        endpoint=record.endpoint,
        outcome=summary_of(history),
        segments=segments_of(record, newest_minute(history)),
        numbers=f"{took}, highest share {percent(highest)}",
        began_at=record.started_at,
        open=record.holds_lease,
    )


def write_site(histories: Iterable[RolloutHistory], folder: Path) -> Path:
    """Write a page a rollout, a page an endpoint and the index, and return the index's path."""
    cards = []
    for history in histories:
        page = f"{history.record.rollout}.html"
        write_report(history, folder / page)
        cards.append(card_of(history, page))
    return write_indexes(sorted(cards, key=lambda card: card.began_at, reverse=True), folder)


def write_indexes(cards: Sequence[Card], folder: Path) -> Path:
    """Write the index of these rollouts and a page of each endpoint that has several; return the
    index's path.
    """
    by_endpoint: dict[str, list[Card]] = {}
    for card in cards:
        by_endpoint.setdefault(card.endpoint, []).append(card)
    histories = {name: mine for name, mine in by_endpoint.items() if len(mine) > 1}
    for name, mine in histories.items():
        lead = f"{_rollouts(len(mine))}, the newest first."
        write_page(folder / endpoint_page(name), _index(name, lead, mine, {}, up=INDEX))
    count = len(by_endpoint)
    lead = (
        f"On {count} endpoint{'s' if count != 1 else ''}. A canary starts at share 0 and rises "
        "only on evidence; each page shows what was seen, every verdict with its reason, and "
        "every message sent."
    )
    links = {name: endpoint_page(name) for name in histories}
    return write_page(folder / INDEX, _index(_rollouts(len(cards)), lead, cards, links))


def endpoint_page(endpoint: str) -> str:
    """Return the file name of an endpoint's page; SageMaker's names need no quoting."""
    return f"endpoint-{endpoint}.html"


def _rollouts(count: int) -> str:
    return f"{count} rollout{'s' if count != 1 else ''}"


def _index(
    title: str, lead: str, cards: Sequence[Card], links: dict[str, str], *, up: str = ""
) -> str:
    grouped = [(name, [card for card in cards if card.group == name]) for name in GROUPS]
    badges = Counter((card.outcome.badge, card.outcome.tone) for card in cards)
    return render(
        "index.html.j2",
        title=title,
        lead=lead,
        up=up,
        tone="alert" if grouped[0][1] else "busy",
        counts=[(count, word, tone) for (word, tone), count in badges.most_common()],
        groups=[(name, mine) for name, mine in grouped if mine],
        links=links,
    )
