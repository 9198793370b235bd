"""Hands-off starts kept in memory."""

from datetime import datetime

from canary.domain.hands_off import Start


class MemoryStarts:
    """What was started by itself, what waits, what was told."""

    def __init__(self) -> None:
        self.kept: dict[str, Start] = {}
        self.versions: dict[str, int] = {}
        self.watched: dict[str, datetime] = {}
        self.packages: dict[str, str] = {}
        self.notices: set[str] = set()

    def keep(self, start: Start) -> Start:
        """Store a start unless its key is known."""
        return self.kept.setdefault(start.key, start)

    def begun(self, start: Start) -> None:
        """Note that it was taken."""
        self.kept[start.key] = start.but(begun=True)

    def has_begun(self, key: str) -> bool:
        """Return whether a start of this key was taken."""
        return key in self.kept and self.kept[key].begun

    def newest(self, group: str, version: int) -> bool:
        """Return whether no later version was heard of."""
        newest = self.versions.setdefault(group, version)
        self.versions[group] = max(newest, version)
        return version >= newest

    def watched_since(self, group: str, now: datetime) -> datetime:
        """Return when a group was first looked at."""
        return self.watched.setdefault(group, now)

    def wait(self, endpoint: str, package: str) -> None:
        """Let a package wait."""
        self.packages[endpoint] = package

    def waiting(self, endpoint: str) -> str | None:
        """Return the package that waits."""
        return self.packages.get(endpoint)

    def waited(self, endpoint: str) -> None:
        """Let no package wait."""
        self.packages.pop(endpoint, None)

    def was_told(self, notice: str) -> bool:
        """Return whether a notice went out."""
        return notice in self.notices

    def told(self, notice: str, minute: int) -> None:
        """Note that a notice went out."""
        assert minute > 0
        self.notices.add(notice)
