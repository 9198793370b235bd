"""Tags of SageMaker's resources, found by the ARN whatever the case of the name.

A key that is there already takes the new value (API reference, AddTags); moto keeps both. The
Resource Groups Tagging API finds groups and packages of the registry too, and no endpoint that is
gone (API reference, GetResources).
"""

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.sagemaker.exceptions import AWSValidationException
from moto.sagemaker.models import SageMakerModelBackend

from emulator.endpoints.fleet import Fleet
from emulator.patching import Patches
from emulator.registry.packages import Registry

KEPT = {
    "endpoint-config": "endpoint_configs",
    "model": "_models",
}
"""Where moto keeps what an ARN of a kind names."""


def patch_tags(patches: Patches, fleet: Fleet, registry: Registry) -> None:
    """Let tags be told by ARNs as SageMaker writes them."""

    def resource_of(self: SageMakerModelBackend, arn: str) -> Any:
        kind, _, name = arn.rsplit(":", maxsplit=1)[-1].partition("/")
        if arn.lower() in registry.tagged:
            return registry.tagged[arn.lower()]
        if kind == "endpoint":
            resources = {one: self.endpoints.get(one) for one in fleet.endpoints}
        elif kind in KEPT:
            resources = getattr(self, KEPT[kind])
        else:
            return by_name(self, arn)
        found = [one for known, one in resources.items() if known.lower() == name.lower()]
        if not found:
            raise AWSValidationException(f'Could not find {kind} "{arn}".')
        return found[0]

    def add_tags(
        self: SageMakerModelBackend, arn: str, tags: list[dict[str, str]]
    ) -> list[dict[str, str]]:
        resource = resource_of(self, arn)
        new = {tag["Key"] for tag in tags}
        resource.tags = [tag for tag in resource.tags if tag["Key"] not in new] + tags
        return list(resource.tags)

    by_name = patches.replace(
        SageMakerModelBackend, "_get_resource_from_arn", resource_of, parameters=("arn",)
    )
    patches.replace(SageMakerModelBackend, "add_tags", add_tags, parameters=("arn", "tags"))
    _patch_search(patches, fleet, registry)


def _patch_search(patches: Patches, fleet: Fleet, registry: Registry) -> None:
    """Let what is tagged be found by its tags."""

    def resources(self: SageMakerModelBackend) -> Iterator[TaggedResource]:
        gone = {one.arn for name, one in self.endpoints.items() if name not in fleet.endpoints}
        yield from (one for one in resources_of_moto(self) if one.arn not in gone)
        if fleet.is_at(self.region_name, self.account_id):
            for arn, kept in registry.tagged.items():
                kind = arn.rsplit(":", 1)[-1].split("/")[0]
                tags = {tag["Key"]: tag["Value"] for tag in kept.tags}
                yield TaggedResource(arn=arn, resource_type=f"sagemaker:{kind}", tags=tags)

    resources_of_moto = patches.replace(
        SageMakerModelBackend, "iter_tagged_resources", resources, parameters=()
    )
