"""Would what carries the tag of hands-off starts be found, and would its spec begin a rollout?"""

from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from canary.adapters.account.groups import GroupReader
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.starting.specs import S3Specs
from canary.adapters.starting.tagged import SageMakerPackages, TaggedResources
from canary.adapters.starting.tags import SageMakerSpecTags
from canary.domain.errors import Refused
from canary.domain.hands_off import (
    TAG,
    is_granted,
    read_document,
    start_of_package,
    start_of_variant,
)
from canary.domain.plan.spec import read_spec
from canary.flow.starting.sweep import OF_GROUP
from canaryctl.doctor.account import Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown, worst_of

MOST_GROUPS = 100
"""Groups of packages whose tags are read one by one, the newest first."""


def starts_begin(account: Account) -> Diagnosis:
    """Is whatever carries the tag found by it, and does its spec say what to start?"""
    bucket = account.view.parameters.get("HandsOffSpecBucket", "")
    if not bucket:
        return fine("off: HandsOffSpecBucket is empty, and no rollout begins by itself")
    listed = TaggedResources(account.stack.client("resourcegroupstaggingapi")).tagged()
    unlisted = [arn for arn in _tagged_one_by_one(account) if arn not in listed]
    found = [_unlisted(arn) for arn in unlisted]
    found += [_of(account, arn, bucket) for arn in (*listed, *unlisted)]
    if not found:
        return fine(
            f"on, with specs in {bucket}; no endpoint and no group of packages carries the tag "
            f"{TAG}, so no rollout begins by itself"
        )
    return worst_of(found)


def _unlisted(arn: str) -> Diagnosis:
    return unknown(
        f"{_short(arn)} carries the tag, and GetResources does not list it (yet: a new tag takes "
        "a while): an event of it that is lost is not made up for",
        "Ask again in some minutes; where it stays so, start it by hand when nothing began",
    )


def _of(account: Account, arn: str, bucket: str) -> Diagnosis:
    pattern = account.view.parameters.get("EndpointNamePattern", "*")
    if OF_GROUP not in arn and not is_granted(pattern, arn.rsplit("/", 1)[-1]):
        return fine(f"{_short(arn)} is outside {pattern} (EndpointNamePattern) and left alone")
    uri = SageMakerSpecTags(account.stack.client("sagemaker")).spec_of(arn)
    if uri is None:
        return fine(f"{_short(arn)} carries no tag any more")
    try:
        _check_bucket(uri, bucket)
        document = read_document(S3Specs(account.stack.client("s3")).read(uri), uri)
        return _begins(account, arn, uri, document)
    except Refused as refused:
        return broken(
            f"{_short(arn)}: {refused.field}: {refused.problem}",
            f"{refused.remedy}. Until then each occasion is told and starts nothing",
        )


def _check_bucket(uri: str, bucket: str) -> None:
    if urlsplit(uri).netloc != bucket:
        raise Refused(
            TAG,
            f"{uri!r} is not in {bucket}, which is all that the starter may read",
            f"Upload the spec there and write s3://{bucket}/... into the tag",
        )


def _begins(account: Account, arn: str, uri: str, document: dict[str, Any]) -> Diagnosis:
    sagemaker = account.stack.client("sagemaker")
    if OF_GROUP in arn:
        name = arn.rsplit("/", 1)[-1]
        newest = SageMakerPackages(sagemaker).newest_approved(name)
        version = newest or f"{arn.replace(OF_GROUP, ':model-package/')}/1"
        read_spec(start_of_package(document, name, version).document)
        said = f"the newest approved is {newest.rsplit('/', 1)[-1]}" if newest else "none approved"
        return fine(f"{_short(arn)} by {uri}: {said}")
    view = SageMakerEndpoints(sagemaker).describe(arn.rsplit("/", 1)[-1])
    start = start_of_variant(document, view)
    if isinstance(start, str):
        return fine(f"{_short(arn)} by {uri}: {start}")
    read_spec(start.document)
    return fine(f"{_short(arn)} by {uri}: {start.document['canary']} waits at weight 0")


def _tagged_one_by_one(account: Account) -> Sequence[str]:
    """Return the ARNs of the named endpoint and of groups that carry the tag by their own word."""
    tags = SageMakerSpecTags(account.stack.client("sagemaker"))
    named = [account.serving.arn] if account.endpoint and account.serving.exists else []
    groups = GroupReader(account.stack.client("sagemaker")).newest_first()
    return [arn for arn in (*named, *islice(groups, MOST_GROUPS)) if tags.spec_of(arn)]


def _short(arn: str) -> str:
    kind, _, name = arn.rsplit(":", 1)[-1].partition("/")
    return f"{'group' if kind == 'model-package-group' else kind} {name}"


CHECKS = (
    Check("hands-off starts", "Would what is tagged begin a rollout by itself?", starts_begin),
)
