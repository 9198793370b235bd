"""The labelled set's part of a spec: what is sent to both variants, how answers are read, what
decides.

Rules: frozen values, no I/O. One module a room (`set_keys`, `request_keys`, `answer_keys`,
`metric_keys`), composed into `QualityGuardSpec`. The evidence that an evaluation leaves behind is
in `canary.domain.labelled.evidence`.
"""

from canary.domain.plan.quality.margins import QualityMargin
from canary.domain.plan.quality.metric_keys import DECIDING_METRICS, Inconclusive, Task
from canary.domain.plan.quality.set_keys import Column, SetFormat
from canary.domain.plan.quality.spec import QualityGuardSpec

__all__ = [
    "DECIDING_METRICS",
    "Column",
    "Inconclusive",
    "QualityGuardSpec",
    "QualityMargin",
    "SetFormat",
    "Task",
]
