"""What is looked at of a canary that is to be built: loaded for the specs that name one alone."""

from canary.adapters.configurations import SageMakerConfigurationReader
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.release.staging import Release, plan_release
from canary.domain.plan.spec import Spec
from canary.wiring.clients import PLANNER_CONFIG, client


def release_of(spec: Spec, rollout: str, view: EndpointView) -> Release:
    """Return what is built before this rollout and left after it. Raises Refused."""
    configurations = SageMakerConfigurationReader(client("sagemaker", PLANNER_CONFIG))
    found = configurations.candidate(spec.staged, view.config_name)
    return plan_release(spec.staged, spec.after, rollout, view, found, spec.control)
