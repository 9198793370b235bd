"""How people are told what happened.

It may raise AwsUnavailable (try again) or AwsDenied (permanent).
"""

from collections.abc import Mapping
from typing import Protocol

from canary.domain.rollout.forms.mail import Mail


class Publisher(Protocol):
    """Tells people."""

    def publish(self, mail: Mail, attributes: Mapping[str, str]) -> None:
        """Publish one mail; `attributes` say what it is about."""
