"""What starts a rollout by itself, once: a variant that is new in a configuration, or a package
that was approved. Pure.

A start is known by its key: the configuration and the variant, or the package. Two events of one
occasion, late or doubled, come to the same key and the same execution name.
"""

import hashlib
import json
from fnmatch import fnmatchcase
from typing import Any

from canary.domain.errors import Refused
from canary.domain.model import Frozen
from canary.domain.plan.endpoint import EndpointView

TAG = "sagemaker-canary:spec"
"""On an endpoint, or on a group of model packages: s3://bucket/key of the spec."""
PREFIX = "hands-off-"
GROUP = "model_package_group"
LONGEST_ENDPOINT = 40
KINDS = f'a hands-off start needs a variant\'s name, or {{"{GROUP}": the name of a group}}'


def is_granted(pattern: str, endpoint: str) -> bool:
    """Return whether a stack's pattern, in lower case with * and ?, grants it an endpoint."""
    return fnmatchcase(endpoint.lower(), pattern)


class Start(Frozen):
    """One start: `key` says of what, `name` is its execution's, `document` its input; `begun` once
    Step Functions has taken it.
    """

    key: str
    name: str
    endpoint: str
    document: dict[str, Any]
    begun: bool = False


def read_document(body: bytes, uri: str) -> dict[str, Any]:
    """Return the spec that an object holds, unread but for its JSON. Raises Refused."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise Refused(
            TAG, f"{uri} is no JSON ({error})", "Upload the spec as a JSON object"
        ) from error
    if not isinstance(document, dict):
        raise Refused(TAG, f"{uri} holds no JSON object", "Upload the spec as a JSON object")
    return document


def start_of_variant(document: dict[str, Any], view: EndpointView) -> Start | str:
    """Return the start of the variant that the spec names, where it stands at weight 0 beside one
    that serves; otherwise why there is nothing to start. Raises Refused.
    """
    _check_endpoint(document, view.name)
    canary = document.get("canary")
    if isinstance(canary, dict) and GROUP in canary:
        return "its spec waits for an approved package"
    if not isinstance(canary, str):
        raise Refused("canary", f"{canary!r} names no variant: {KINDS}", "Correct the spec")
    weights = view.current_weights
    if canary not in weights:
        return f"{canary} is not there"
    if weights[canary] > 0 or not any(weights.values()):
        return f"{canary} is not at weight 0 beside a variant that serves"
    return _start(f"{view.name}/{view.config_name}/{canary}", view.name, document)


def start_of_package(document: dict[str, Any], group: str, package: str) -> Start:
    """Return the start of an approved package, by its ARN, of the group that the spec names. Raises
    Refused.
    """
    canary = document.get("canary")
    named = canary.get(GROUP) if isinstance(canary, dict) else None
    if not isinstance(canary, dict) or not isinstance(named, str):
        raise Refused(
            "canary", f"{canary!r} names no group: {KINDS}", f"Name the group {group}, or untag it"
        )
    if named.lower() != group.lower():
        raise Refused(
            f"canary.{GROUP}",
            f"the spec names {named}, and the tag is on {group}",
            "Tag the group that the spec names, or name the tagged one",
        )
    staged = {key: value for key, value in canary.items() if key != GROUP}
    asked = {**document, "canary": {"model_package": package, **staged}}
    endpoint = document.get("endpoint")
    if not isinstance(endpoint, str) or not endpoint:
        raise Refused("endpoint", "required and missing", "Add it")
    return _start(package, endpoint, asked)


def group_of(package: str) -> str:
    """Return the ARN of the group of a package's ARN, .../model-package/GROUP/VERSION."""
    before, _, path = package.partition(":model-package/")
    return f"{before}:model-package-group/{path.split('/')[0]}"


def _check_endpoint(document: dict[str, Any], name: str) -> None:
    said = document.get("endpoint")
    if said != name:
        raise Refused(
            "endpoint",
            f"the spec says {said!r}, and the tag is on {name}",
            "Tag each endpoint with a spec of its own",
        )


def _start(key: str, endpoint: str, document: dict[str, Any]) -> Start:
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    name = f"{PREFIX}{endpoint[:LONGEST_ENDPOINT]}-{digest}"
    return Start(key=key, name=name, endpoint=endpoint, document=document)
