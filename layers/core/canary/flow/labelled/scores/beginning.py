"""The evidence before the first record: which metrics decide, and which weight counts 1.

Rules: both are read from labels and weights alone, before any model is asked, and stay as they are.
"""

import contextlib

from canary.domain.errors import Refused
from canary.domain.labelled.evidence import Note, QualityEvidence
from canary.domain.labelled.paired import first_states
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.metric_keys import RARE, Margins, default_metrics
from canary.flow.labelled.inputs import EvaluationRequest
from canary.labelled.examples import ExampleReader, read_label
from canary.labelled.records import RecordFile, UnusableRow
from canary.labelled.spellings import spellings_told


def first_evidence(
    request: EvaluationRequest, set_version: str, records: RecordFile
) -> QualityEvidence:
    """Return the evidence before the first record; revision 0 says that nothing is stored."""
    metrics, notes = _metrics(request.spec, records)
    told = (*records.told, *spellings_told(records.survey.labels, request.spec))
    return QualityEvidence(
        rollout=request.rollout,
        endpoint=request.endpoint,
        baseline=request.baseline,
        canary=request.canary,
        labelled_set=request.spec.labelled_set,
        set_version=set_version,
        kept_as=set_version,
        content_digest=records.digest(len(records)),
        records_total=len(records),
        states=first_states(request.spec, metrics, records.survey.repeats.copies()),
        weight_scale=_weight_scale(request.spec, records),
        notes=(*(Note(kind="set", text=text) for text in told), *notes),
    )


def _metrics(
    spec: QualityGuardSpec, records: RecordFile
) -> tuple[Margins | None, tuple[Note, ...]]:
    """Return what decides where the spec leaves it to the data, and a note that says so."""
    if spec.task != "binary" or spec.metrics is not None or spec.scorer is not None:
        return None, ()
    looked, positives = _positives(spec, records)
    share = positives / looked if looked else 0.5
    metrics = default_metrics(spec.task, share)
    if "accuracy" in metrics:
        return metrics, ()
    text = (
        f"{positives} of {looked} labels are positive, one class below {RARE:.0%}: recall and "
        "specificity decide, for accuracy alone would pass a model that never finds it; name "
        "metrics to decide otherwise"
    )
    return metrics, (Note(kind="metrics", text=text),)


def _positives(spec: QualityGuardSpec, records: RecordFile) -> tuple[int, int]:
    """Return how many labels the set has, and how many of them are 1; a label that is not listed
    is a class of its own beside the positive one.
    """
    looked = positives = 0
    for text, count in records.survey.labels.items():
        with contextlib.suppress(UnusableRow):
            is_positive = read_label(text, spec, records.layout.missing) == 1
            looked, positives = looked + count, positives + count * is_positive
    open_ended = spec.names_positive and spec.classes is None
    return looked + records.survey.unlisted * open_ended, positives


def _weight_scale(spec: QualityGuardSpec, records: RecordFile) -> float | None:
    """Return the weight that counts 1: the cap, or the largest of the set."""
    if spec.weight_column is None:
        return None
    if spec.weight_cap is not None:
        return spec.weight_cap
    largest, reader = 0.0, ExampleReader(records.layout, spec)
    for row in records.rows():
        try:
            largest = max(largest, reader.read(row).weight)
        except UnusableRow:
            continue
    if not largest:
        raise Refused("guards.quality.weight_column", "every weight is 0", "Name another column")
    return largest
