"""The head of a labelled set against the spec, before a rollout: no model is called."""

from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.check import check_records
from canary.labelled.meant import check_meant
from canary.labelled.records import RecordFile
from canary.ports.quality import LabelledSource

HEAD_BYTES = 262_144
"""How much of a set is read to check it before a rollout."""


def check_labelled_set(spec: QualityGuardSpec, source: LabelledSource) -> str:
    """Return the labelled set's version once its head fits the spec; no model is called.

    Raises Refused naming the field, the problem and the remedy.
    """
    head = source.head(spec.labelled_set, HEAD_BYTES)
    with RecordFile(head.path, spec, at_most_bytes=None if head.whole else HEAD_BYTES) as records:
        check_meant(spec, records, whole=head.whole)
        check_records(records, spec, whole=head.whole)
    return head.version
