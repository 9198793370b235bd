"""Specs in S3, of one bucket that the stack names."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import AwsDenied, Refused
from canary.domain.hands_off import TAG
from canary.domain.plan.spec import LARGEST_SPEC_CHARACTERS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST_BYTES = 4 * LARGEST_SPEC_CHARACTERS


class S3Specs:
    """Reads specs from s3:// addresses."""

    def __init__(self, client: "S3Client") -> None:
        """Take a boto3 S3 client."""
        self._client = client

    def read(self, uri: str) -> bytes:
        """Return an object's bytes. Raises Refused where there is none that may be read."""
        parts = urlsplit(uri)
        key = uri.removeprefix(f"s3://{parts.netloc}/")
        if parts.scheme != "s3" or not parts.netloc or not key or key == uri:
            raise Refused(
                TAG,
                f"{uri!r} is no address such as s3://bucket/churn.json",
                "Write bucket and key into the tag",
            )
        try:
            with translated("GetObject"):
                answer = self._client.get_object(Bucket=parts.netloc, Key=key)
                body = answer["Body"].read(LARGEST_BYTES + 1)
        except AwsDenied as error:
            raise Refused(
                TAG,
                f"{uri} cannot be read ({code_of_cause(error)})",
                "Upload the spec there; the stack's parameter HandsOffSpecBucket must name its "
                "bucket",
            ) from error
        if len(body) > LARGEST_BYTES:
            raise Refused(TAG, f"{uri} is larger than any spec", "Point the tag at a spec")
        return body
