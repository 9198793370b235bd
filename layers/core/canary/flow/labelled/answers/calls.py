"""What goes with each call of an evaluation, and the objects that its records name."""

import hashlib
from pathlib import PurePosixPath

from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.requests import LARGEST_BODY_BYTES, Fetch
from canary.ports.quality import CallOptions, LabelledSource

LONGEST_INFERENCE_ID = 64
INFERENCE_ID_PREFIX = "canary-"
"""Captured data whose InferenceId begins so is this application's own traffic."""


def inference_id(rollout: str, row: int) -> str:
    """Return "canary-<rollout>-<row>", at most 64 characters; a longer rollout's name gives way to
    its hash.
    """
    name = f"{INFERENCE_ID_PREFIX}{rollout}-{row}"
    if len(name) <= LONGEST_INFERENCE_ID and name.isascii():
        return name
    short = hashlib.sha256(rollout.encode()).hexdigest()[:24]
    return f"{INFERENCE_ID_PREFIX}{short}-{row}"


def options_of(spec: QualityGuardSpec, rollout: str, row: int) -> CallOptions:
    """Return the options of the call whose first record is `row` (from 1)."""
    return CallOptions(
        accept=spec.accept,
        target_model=spec.target_model,
        target_container_hostname=spec.target_container_hostname,
        custom_attributes=spec.custom_attributes,
        inference_id=inference_id(rollout, row) if spec.inference_ids else None,
    )


def fetch_from(source: LabelledSource, spec: QualityGuardSpec) -> Fetch:
    """Return what reads an object by the address a record has: a whole one, or one beside the
    set.
    """
    beside = spec.labelled_set.rpartition("/")[0]

    def fetch(address: str) -> bytes:
        whole = address.startswith("s3://") or PurePosixPath(address).is_absolute() or not beside
        return source.read(address if whole else f"{beside}/{address}", 2 * LARGEST_BODY_BYTES)

    return fetch
