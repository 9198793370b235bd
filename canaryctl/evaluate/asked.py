"""What one run of the command asks, part by part: what its evidence is good for."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from boto3.session import Session
from botocore.exceptions import BotoCoreError
from pydantic import JsonValue

from canary.adapters.labelled.model_identity import SageMakerModels
from canary.domain.errors import CanaryError
from canary.flow.labelled.inputs import EvaluationRequest
from canaryctl.evaluate.kept import BEHIND

PACE = ("concurrency", "max_requests_per_second")
"""Keys that say how fast to ask, and change no answer."""


def asked_of(
    request: EvaluationRequest, set_version: str, session: Session, *, local: bool
) -> dict[str, JsonValue]:
    """Return the question by the name of each part; `local` where no AWS account is asked, so that
    nobody can say what serves behind a variant.
    """
    spec = request.spec.model_dump(mode="json", exclude_unset=True)
    found: dict[str, JsonValue] = {
        key: value for key, value in spec.items() if key not in PACE and value is not None
    }
    found |= {
        "--endpoint": request.endpoint,
        "--baseline": request.baseline,
        "--canary": request.canary,
        "--all": not request.stop_early,
        "--false-rollback": request.levels.stop,
        "--false-promotion": request.levels.promote,
        "the content of the labelled set": set_version,
        "region": None if local else session.region_name,
    }
    for variant in {request.baseline, request.canary}:
        behind = None if local else _behind(session, request.endpoint, variant)
        found[f"{BEHIND}{variant}"] = behind
    return found | dict(_scorer_code(request))


def _behind(session: Session, endpoint: str, variant: str) -> str | None:
    """Return a hash of what is deployed; None where it may not be looked up."""
    try:
        return SageMakerModels(session.client("sagemaker")).identify(endpoint, variant)
    except (CanaryError, BotoCoreError):
        return None


def _scorer_code(request: EvaluationRequest) -> Iterator[tuple[str, JsonValue]]:
    """Return the content of a scorer's file, which changes more easily than its name."""
    path = Path((request.spec.scorer or "").rpartition(":")[0])
    if request.spec.scorer and not request.spec.has_lambda_scorer and path.is_file():
        yield "the code of the scorer", hashlib.sha256(path.read_bytes()).hexdigest()
