"""The freezes that hold for everybody, from one object in S3. What cannot be read is told, and
holds: it is never taken for none.
"""

from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError
from canary.domain.model import Frozen
from canary.domain.plan.brakes.keys import MOST_FREEZES, Freeze
from canary.domain.rollout.surroundings import FreezeList

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST_BYTES = 65_536
ABSENT = frozenset({"NoSuchKey", "NoSuchBucket"})
"""What every caller is answered alike: there is nothing to read."""


class _Document(Frozen):
    freezes: tuple[Freeze, ...] = Field(max_length=MOST_FREEZES)


class S3Freezes:
    """Reads one object, {"freezes": [...]} with the keys of a spec's freezes."""

    def __init__(self, client: "S3Client", place: str) -> None:
        """Take a boto3 S3 client and the object as bucket/key."""
        self._client = client
        self._place = place

    def read(self) -> FreezeList:
        """Return the freezes, or why nobody knows them. `unseen` says that the caller may not be
        the one who may read it.
        """
        bucket, _, key = self._place.partition("/")
        try:
            with translated("GetObject"):
                answer = self._client.get_object(Bucket=bucket, Key=key)
                text = answer["Body"].read(LARGEST_BYTES + 1)
        except CanaryError as error:
            why = f"{error}. Look whether it exists and the decider's role may read"
            return self._unread(why, unseen=code_of_cause(error) not in ABSENT)
        if len(text) > LARGEST_BYTES:
            return self._unread(f"it is larger than {LARGEST_BYTES:,} bytes. Take past ones out")
        try:
            freezes = _Document.model_validate_json(text).freezes
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "the document"
            return self._unread(f"{field}: {first['msg']}. Correct it")
        for index, freeze in enumerate(freezes):
            if freeze.local and freeze.zone is None:
                return self._unread(f'freezes.{index}: no "zone" says whose days are meant. Add it')
        return FreezeList(freezes)

    def _unread(self, why: str, *, unseen: bool = False) -> FreezeList:
        problem = (
            f"Nobody knows what is frozen, so no share rises: s3://{self._place} is not read, {why}"
        )
        return FreezeList(problem=problem, unseen=unseen)
