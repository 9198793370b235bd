"""The boto3 clients of a function, each with the SDK's patience set to that function's time.

All of them are made by one session: what the SDK reads from its files to make the first client,
half of the cost of a cold start, is then read once.
"""

import threading
from typing import Any

import boto3
from botocore.config import Config


def patience(attempts: int, answer_seconds: float) -> Config:
    """Return what the SDK does inside one call: so many attempts, each given 2 s to connect and so
    long to answer.

    One call that hangs through all of them must leave half of its function's Timeout for the calls
    after it, so that what happened is still written down. The state machine and the ticks retry
    whole tasks.
    """
    retries: Any = {"mode": "standard", "total_max_attempts": attempts}
    return Config(retries=retries, connect_timeout=2, read_timeout=answer_seconds)


AWS_CONFIG = patience(attempts=3, answer_seconds=5)
SHIFTER_CONFIG = patience(attempts=2, answer_seconds=6)
# A day of history is read in one call.
PLANNER_CONFIG = patience(attempts=3, answer_seconds=15)

# What is told besides may be left untold: it must not cost the time of what is done.
ASIDE_CONFIG = patience(attempts=1, answer_seconds=2)


_making = threading.Lock()
"""A session makes one client at a time; a running function makes some in its threads."""


def client(service: str, config: Config = AWS_CONFIG) -> Any:
    """Return a boto3 client of the process's one session, which carries this function's
    credentials.
    """
    make: Any = boto3.client
    with _making:
        return make(service, config=config)
