"""The verdict record: what was decided and everything needed to decide it again.

Frozen windows stay as they are stored; the younger ones may still heal, so the record keeps them as
they were read. Plan, frozen windows and this record give the same judgement
again.
"""

from typing import Literal

from pydantic import JsonValue

from canary.domain.judge.windows import Window
from canary.domain.model import Frozen
from canary.domain.plan.plan import BakeInterval
from canary.domain.plan.standstill import Standstill


class VerdictRecord(Frozen):
    """One verdict. `minute` is when it was judged, `revision` the record it was judged on."""

    version: Literal[1] = 1
    rollout: str
    minute: int
    revision: int
    step: int
    verdict: Literal["ADVANCE", "HOLD", "ROLL_BACK"]
    reason: str
    by: Literal["judge", "alarm", "person", "fault"] = "judge"
    paused: bool = False
    bakes: tuple[BakeInterval, ...] = ()
    standstills: tuple[Standstill, ...] = ()
    unfrozen: tuple[Window, ...] = ()
    quality: JsonValue = None
    judgement: JsonValue = None
