"""What moto made and let go of does not stay in memory."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models.dynamo_type import Item
from moto.s3.models import FakeKey

from emulator.instances import patch_instances
from emulator.patching import Patches


@pytest.fixture
def _patched() -> Any:
    """Moto with the patch, and then as it was."""
    patches = Patches()
    patch_instances(patches)
    with mock_aws():
        yield
    patches.remove()


@pytest.mark.usefixtures("_patched")
def test_an_overwritten_item_is_gone() -> None:
    """Of a hundred versions of an item the last one is left, not a copy of each."""
    client: Any = boto3.client(
        "dynamodb", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.create_table(
        TableName="t",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    before = _items()
    for number in range(100):
        client.put_item(TableName="t", Item={"pk": {"S": "a"}, "n": {"N": str(number)}})
    assert _items() - before <= 2
    assert client.get_item(TableName="t", Key={"pk": {"S": "a"}})["Item"]["n"] == {"N": "99"}


@pytest.mark.usefixtures("_patched")
def test_what_moto_reads_again_it_finds() -> None:
    """S3 closes the files behind its objects by its list of them."""
    client: Any = boto3.client("s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    client.create_bucket(Bucket="objects")
    client.put_object(Bucket="objects", Key="k", Body=b"one")
    tracked: Any = FakeKey
    assert [key.name for key in tracked.instances_tracked] == ["k"]


def test_moto_is_itself_again_afterwards() -> None:
    """Without the patch every object is kept, which is why there is one."""
    patches = Patches()
    patch_instances(patches)
    gone = weakref.ref(Item(None, None, {}))
    gc.collect()
    patches.remove()
    kept = weakref.ref(Item(None, None, {}))
    gc.collect()
    assert gone() is None
    assert kept() is not None


def _items() -> int:
    gc.collect()
    return sum(type(one) is Item for one in gc.get_objects())
