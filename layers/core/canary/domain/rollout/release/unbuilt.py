"""Why a canary could not be built, in the form of a refusal: the key of the spec that would change
it, what AWS said, and the remedy.

Sources of the words: FailureReason of DescribeEndpoint and errors of UpdateEndpoint as SageMaker
gives them (Developer Guide, "Troubleshoot Amazon SageMaker AI model deployments").
"""

from typing import NamedTuple

from canary.domain.errors import Refused
from canary.domain.plan.release.staging import Staging

LONGEST_SAID = 600
"""Of what AWS said, which may list every type there is: the remedy must follow it."""
LOGS = "/aws/sagemaker/Endpoints"


class _Kind(NamedTuple):
    """Words that AWS uses of a kind of failure, one of them enough; the key it is told under, and
    what to do.
    """

    words: tuple[str, ...]
    key: str
    remedy: str


KINDS = (
    _Kind(
        ("iam:PassRole",),
        "canary.{source}",
        "Let the stack's parameter ModelRolePattern match the role that AWS names",
    ),
    _Kind(
        ("kms:",),
        "canary",
        "The endpoint's volumes have a key of their own (KmsKeyId of its configuration): allow the "
        "stager's role what AWS names in that key's policy",
    ),
    _Kind(
        ("AccessDenied", "not authorized"),
        "canary",
        "Let the stager's role, and whatever bounds it, do what AWS names",
    ),
    _Kind(
        ("InsufficientInstanceCapacity", "ML compute capacity", "InsufficientCapacity"),
        "canary.instance_type",
        "Name another instance_type, a smaller count, or start again later: SageMaker makes new "
        "instances for every variant meanwhile",
    ),
    _Kind(
        ("ResourceLimitExceeded", "service limit"),
        "canary.count",
        "Raise the quota of {kind} for endpoint usage in Service Quotas: while it is built there "
        "must be room for the new instances of every variant beside the old ones. Or name a "
        "smaller count or another instance_type",
    ),
    _Kind(
        ("health check", "CannotStartContainer", "container", "image"),
        "canary.{source}",
        "Read its container's log (log group {logs}): it has to answer GET /ping with 200. Start "
        "again with a model whose container does",
    ),
    _Kind(
        ("nstanceType", "instance type"),
        "canary.instance_type",
        "Name a type that SageMaker hosts models on in this region, such as ml.m5.large",
    ),
)


def why_not_built(staging: Staging, endpoint: str, said: str) -> str:
    """Return why a canary was not built, by what SageMaker `said`: field, problem and remedy."""
    brief = said if len(said) <= LONGEST_SAID else f"{said[:LONGEST_SAID]}..."
    source = "model" if staging.model_package is None else "model_package"
    kind = next((one for one in KINDS if any(word in said for word in one.words)), None)
    named = {
        "source": source,
        "kind": staging.instance_type or f"the instance type of {staging.like}",
        "logs": f"{LOGS}/{endpoint}",
    }
    return str(
        Refused(
            kind.key.format(**named) if kind else "canary",
            f"{staging.variant} could not be built: {brief.rstrip('. ')}",
            f"{kind.remedy.format(**named)}." if kind else "Remove the cause and start again.",
        )
    )
