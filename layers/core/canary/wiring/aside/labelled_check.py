"""The planner's look at the head of a labelled set, on its adapters."""

from functools import cache

from canary.adapters.labelled.s3 import S3LabelledSets
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.head import check_labelled_set
from canary.wiring.clients import client


def check(spec: QualityGuardSpec) -> str:
    """Return the labelled set's version once its head fits the spec. Raises Refused."""
    return check_labelled_set(spec, _source())


@cache
def _source() -> S3LabelledSets:
    return S3LabelledSets(client("s3"))
