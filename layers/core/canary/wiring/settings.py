"""What a function's environment must say."""

import os
from typing import Any

import boto3
from botocore.config import Config

from canary.domain.model import Frozen

# Standard retries inside a call; the state machine and the ticks retry whole tasks.
AWS_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=3, read_timeout=10)


class Settings(Frozen):
    """Names of the stack's own resources; empty where a function does not need one."""

    table: str
    topic_arn: str = ""
    state_machine_arn: str = ""
    event_bus: str = "default"


def read_settings() -> Settings:
    """Return the settings of this function's environment; raises KeyError naming a missing variable."""
    return Settings(
        table=os.environ["TABLE_NAME"],
        topic_arn=os.environ.get("TOPIC_ARN", ""),
        state_machine_arn=os.environ.get("STATE_MACHINE_ARN", ""),
        event_bus=os.environ.get("EVENT_BUS_NAME", "default"),
    )


def client(service: str) -> Any:
    """Return a boto3 client of this function's own session, so that it carries this function's credentials."""
    session: Any = boto3.session.Session()
    return session.client(service, config=AWS_CONFIG)
