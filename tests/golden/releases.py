"""What is told of configurations: of building, settling, retiring and taking off."""

from canary.domain.rollout.kinds.release import Arranged, NotArranged
from canary.domain.rollout.phase import Phase

END = "canary-churn-1-end"
PACKAGE = "arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7"
REJECTED = f"The package {PACKAGE} is Rejected in the registry, with the reason"
RELEASES: tuple[tuple[Phase, Arranged | NotArranged], ...] = (
    (Phase.STAGING, Arranged(what="stage", config="canary-churn-1-stage")),
    (Phase.SETTLING, Arranged(what="settle", config=END)),
    (Phase.SETTLING, Arranged(what="retire", config=END)),
    (
        Phase.TAKING_OFF,
        Arranged(
            what="take_off",
            config="config-1",
            left="model canary-churn-1-model (denied)",
            registry=REJECTED,
        ),
    ),
    (
        Phase.SETTLING,
        NotArranged(
            what="settle",
            config=END,
            why="CreateEndpointConfig: AccessDeniedException: not authorized to perform "
            "sagemaker:CreateEndpointConfig with an explicit deny",
        ),
    ),
)
