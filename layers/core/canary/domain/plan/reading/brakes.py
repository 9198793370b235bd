"""What the keys that hold a step up refuse together: approvals, and freezes with their zones."""

from collections.abc import Iterator
from datetime import UTC

from canary.domain.plan.reading.mistake import Mistake
from canary.domain.plan.spec import Spec
from canary.domain.words import moment


def approvals_wrong(spec: Spec) -> Iterator[Mistake]:
    """Yield an approval of a share that is no step, or what is said of approvals without one."""
    shares = [step.share for step in spec.steps]
    for index, share in enumerate(spec.approve_before):
        if share not in shares:
            yield Mistake(
                ("approve_before", index),
                f"{share:g} is the share of no step",
                f"The steps have {', '.join(f'{one:g}' for one in shares)}; name one of them",
                see="approve_before",
            )
    if len(set(spec.approve_before)) < len(spec.approve_before):
        yield Mistake(
            ("approve_before",),
            "a share is named twice",
            "Name each share once",
            see="approve_before",
        )
    for name in ("approve_within_minutes", "on_unapproved"):
        if name in spec.model_fields_set and not spec.approve_before:
            remedy = 'Add "approve_before", or leave it out'
            yield Mistake((name,), "nothing has to be approved", remedy, see=name)


def freezes_wrong(spec: Spec) -> Iterator[Mistake]:
    """Yield a freeze without a zone, or one that ends before it begins."""
    for index, freeze in enumerate(spec.freezes):
        if freeze.local and freeze.zone is None and spec.hours is None:
            yield Mistake(
                ("freezes", index, "zone"),
                f"{freeze.begins} to {freeze.ends} could be meant in UTC or on your own clock",
                'Add "zone" (such as "UTC" or "Europe/Berlin"), or moments with an offset',
                see="freezes.zone",
            )
            continue
        begins, ends = freeze.moments(spec.hours.zone if spec.hours else None)
        if ends <= begins:
            yield Mistake(
                ("freezes", index, "ends"),
                f"{moment(ends.astimezone(UTC))} is not after {moment(begins.astimezone(UTC))}",
                "Correct one of the two",
                see="freezes.ends",
            )
