"""Endpoint configurations and models, read and made.

Every method may raise AwsUnavailable (try again) or AwsDenied (permanent).
"""

from typing import Protocol

from canary.domain.plan.release.asked import StagedCanary
from canary.domain.plan.release.staging import Candidate, Configuration, Staging


class ConfigurationReader(Protocol):
    """Looks at what a release would be built of."""

    def candidate(self, canary: StagedCanary | None, config_name: str) -> Candidate:
        """Return what is known of the canary to be built. Raises AwsDenied also where the
        configuration in use cannot be copied.
        """


class Configurations(Protocol):
    """Makes and removes what this application builds, and puts configurations in use."""

    def describe(self, name: str) -> Configuration:
        """Return a configuration as CreateEndpointConfig takes it. Raises AwsDenied also where it
        holds fields that would be lost by copying it.
        """

    def create(self, configuration: Configuration, copied_from: str, rollout: str) -> None:
        """Make a configuration with the tags of another one; one of that name that this rollout
        made before is success.
        """

    def create_model(self, staging: Staging, like: str, rollout: str) -> None:
        """Make the model of a staging with role, network and isolation of the model `like`; one
        that this rollout made before is success.
        """

    def reject_package(self, package: str, why: str) -> None:
        """Set a package's approval to Rejected, with the reason; doing it twice is no harm."""

    def put_in_use(self, endpoint: str, name: str) -> None:
        """Ask for a configuration, weights and instances kept; returns when SageMaker accepted."""

    def remove(self, name: str) -> None:
        """Delete a configuration; one that is gone is success."""

    def remove_model(self, name: str) -> None:
        """Delete a model; one that is gone is success."""
