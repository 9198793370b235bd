"""Subscribers in memory."""


class CountedSubscribers:
    """So many confirmed subscriptions, or an error."""

    def __init__(self, count: int | Exception) -> None:
        self.count = count
        self.asked = 0

    def confirmed(self) -> int:
        """Return the count, or raise."""
        self.asked += 1
        if isinstance(self.count, Exception):
            raise self.count
        return self.count
