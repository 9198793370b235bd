"""Freezes for everybody are read from one object; what cannot be read holds and says why."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from canary.adapters.freezes import LARGEST_BYTES, S3Freezes

pytestmark = pytest.mark.usefixtures("aws")
DAY = b'{"freezes": [{"begins": "2026-12-24", "ends": "2026-12-26", "zone": "UTC"}]}'


def test_the_freezes_of_the_object_are_read(s3: Any) -> None:
    """As it stands at the moment of the read."""
    s3.put_object(Bucket="labels", Key="ops/freezes.json", Body=DAY)
    found = S3Freezes(s3, "labels/ops/freezes.json").read()
    assert [freeze.begins for freeze in found.freezes] == ["2026-12-24"]
    assert found.problem == ""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "NoSuchKey"),
        (b"[]", "is not read"),
        (b'{"freezes": [{"begins": "soon", "ends": "later"}]}', "freezes.0.begins"),
        (DAY.replace(b', "zone": "UTC"', b""), 'freezes.0: no "zone" says whose days are meant'),
        (DAY + b" " * LARGEST_BYTES, "larger than 65,536 bytes"),
    ],
)
def test_what_cannot_be_read_is_never_taken_for_none(
    s3: Any, body: bytes | None, words: str
) -> None:
    """Missing, not understood, local without a zone, too large."""
    if body is not None:
        s3.put_object(Bucket="labels", Key="freezes.json", Body=body)
    found = S3Freezes(s3, "labels/freezes.json").read()
    assert found.freezes == ()
    assert words in found.problem
    assert "so no share rises" in found.problem
    assert not found.unseen


@pytest.mark.parametrize("code", ["AccessDenied", "SlowDown"])
def test_what_this_caller_alone_could_not_read_is_told_apart(code: str) -> None:
    """Another's rights, or another moment, may show it."""
    client = boto3.client("s3")
    with Stubber(client) as answers:
        answers.add_client_error("get_object", code, http_status_code=403)
        found = S3Freezes(client, "labels/freezes.json").read()
    assert found.unseen
    assert code in found.problem
