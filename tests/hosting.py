"""What stands behind variants, in memory."""

from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.kinds.hosting import Configured, Hosting
from canary.domain.plan.release.staging import Staging


class PlainHosting:
    """Models that answer by themselves, all hosted alike."""

    def configured(self, view: EndpointView) -> Configured:
        """Return them, one for each variant."""
        return Configured(hosting={variant.name: Hosting() for variant in view.variants})

    def with_canary(self, configured: Configured, staging: Staging) -> Configured:
        """Return them with the one that will be built."""
        return configured.but(hosting={**configured.hosting, staging.variant: Hosting()})
