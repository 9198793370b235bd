"""Labelled sets in S3, spooled to the function's own temporary folder; the version is the object's
ETag.
"""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from botocore.exceptions import ClientError

from canary.adapters.labelled.files import LocalLabelledFiles
from canary.domain.errors import AwsDenied, AwsUnavailable, Refused
from canary.domain.plan.quality.set_keys import S3_ADDRESS
from canary.ports.quality import FetchedSet, SetHead

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_FIELD = "guards.quality.labelled_set"
_MISSING = {"NoSuchKey", "NoSuchBucket", "404", "NotFound"}
_DENIED = {"AccessDenied", "403", "Forbidden"}


class S3LabelledSets:
    """Reads labelled sets from s3:// addresses, and from local paths where no bucket is named."""

    def __init__(
        self, client: "S3Client", *, allow_local: bool = False, folder: Path | None = None
    ) -> None:
        """`allow_local` is for the command line; `folder` is where fetched sets are put (default:
        temporary).
        """
        self._client = client
        self._local = LocalLabelledFiles() if allow_local else None
        self._folder = folder or Path(tempfile.gettempdir())

    def version(self, uri: str) -> str:
        """Return the object's ETag."""
        if self._local and not uri.startswith("s3://"):
            return self._local.version(uri)
        bucket, key = _address(uri)
        try:
            return self._client.head_object(Bucket=bucket, Key=key)["ETag"].strip('"')
        except ClientError as error:
            _refuse(uri, error)

    def head(self, uri: str, at_most_bytes: int) -> SetHead:
        """Return the object's first bytes."""
        if self._local and not uri.startswith("s3://"):
            return self._local.head(uri, at_most_bytes)
        bucket, key = _address(uri)
        path = self._path(uri, "head")
        try:
            size = self._client.head_object(Bucket=bucket, Key=key)["ContentLength"]
            if size == 0:
                raise Refused(_FIELD, f"{uri} is empty", "Point it at a set with rows")
            answer = self._client.get_object(
                Bucket=bucket, Key=key, Range=f"bytes=0-{at_most_bytes - 1}"
            )
            _write_whole(path, [answer["Body"].read()])
        except ClientError as error:
            _refuse(uri, error)
        return SetHead(path, answer["ETag"].strip('"'), whole=size <= at_most_bytes)

    def fetch(self, uri: str) -> FetchedSet:
        """Return the object on the local disk, read once from one version of it."""
        if self._local and not uri.startswith("s3://"):
            return self._local.fetch(uri)
        bucket, key = _address(uri)
        path = self._path(uri, "set")
        try:
            answer = self._client.get_object(Bucket=bucket, Key=key)
            _write_whole(path, answer["Body"].iter_chunks(1 << 20))
        except ClientError as error:
            _refuse(uri, error)
        return FetchedSet(path, answer["ETag"].strip('"'))

    def read(self, uri: str, at_most_bytes: int) -> bytes:
        """Return an object's bytes."""
        if self._local and not uri.startswith("s3://"):
            return self._local.read(uri, at_most_bytes)
        bucket, key = _address(uri)
        try:
            answer = self._client.get_object(Bucket=bucket, Key=key)
            if answer["ContentLength"] > at_most_bytes:
                raise Refused("guards.quality.body_column", f"{uri} is too large", "Leave it out")
            return answer["Body"].read()
        except ClientError as error:
            _refuse(uri, error)

    def _path(self, uri: str, kind: str) -> Path:
        """Return a name of our own making: nothing of the address but its suffix reaches the file
        system.
        """
        suffix = PurePosixPath(uri).suffix.lower()
        name = hashlib.sha256(uri.encode()).hexdigest()[:24]
        return (
            self._folder
            / f"labelled-{kind}-{name}{suffix if suffix.isascii() and suffix[1:].isalnum() else ''}"
        )


def _write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file under a name of its own until it is whole: nobody ever reads half a set."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as out:
        try:
            for chunk in chunks:
                out.write(chunk)
        except BaseException:
            Path(out.name).unlink()
            raise
    Path(out.name).replace(path)


def _address(uri: str) -> tuple[str, str]:
    found = S3_ADDRESS.fullmatch(uri)
    if found is None:
        raise Refused(
            _FIELD, f"{uri!r} is not an address such as s3://bucket/key.csv", "Write bucket and key"
        )
    return found[1], found[2]


def _refuse(uri: str, error: ClientError) -> NoReturn:
    code = error.response["Error"]["Code"]
    if code in _MISSING:
        raise Refused(
            _FIELD, f"there is no {uri}", "Upload the set, or correct the address"
        ) from error
    if code in _DENIED:
        remedy = (
            "See whether it exists: to a role without s3:ListBucket on the bucket S3 says the "
            "same of a missing key. "
            "Allow s3:GetObject on it to the planner and evaluator roles. Encrypted with a KMS "
            "key of your own, it "
            "needs the stack's parameter LabelledSetKeyArn, and a key policy that lets those "
            "roles decrypt"
        )
        raise Refused(_FIELD, f"reading {uri} is not allowed", remedy) from error
    if (
        error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
        or "Slow" in code
        or "Throttl" in code
    ):
        raise AwsUnavailable(f"S3 could not serve {uri}: {code}") from error
    raise AwsDenied(f"S3 refused {uri}: {code}") from error
