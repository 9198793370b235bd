"""How long one call of the SDK takes at most when nothing answers it: computed from its client's
own settings.
"""

from typing import Any

from botocore.config import Config

BACKOFF_AT_MOST_SECONDS = 20


def once(config: Config) -> Config:
    """Return the same settings for a single attempt."""
    only: Any = {"total_max_attempts": 1}
    return config.merge(Config(retries=only))


def longest_call_seconds(config: Config) -> float:
    """Return the seconds of a call whose every attempt hangs, in connecting and in answering, with
    the pauses between.

    The pauses are those the standard mode makes after throttling, its longest. Source:
    botocore.retries.standard.
    """
    given: Any = config
    attempts = int(given.retries["total_max_attempts"])
    pauses = sum(min(2**number, BACKOFF_AT_MOST_SECONDS) for number in range(attempts - 1))
    return float(attempts * (given.connect_timeout + given.read_timeout) + pauses)
