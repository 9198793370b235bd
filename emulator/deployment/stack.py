"""One deployment of one template: each resource made once, after what it refers to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.deployment.makers import MAKERS
from emulator.deployment.site import Made, Site
from emulator.deployment.template import (
    TemplateError,
    declared_parameters,
    parameter_values,
    transformed,
)
from emulator.deployment.values import Values


@dataclass(frozen=True)
class Resource:
    """One made resource as CloudFormation lists it."""

    kind: str
    physical_id: str


@dataclass(frozen=True)
class DeployedStack:
    """What a deployment came to; parameters and outputs by name, resources by logical id."""

    name: str
    arn: str
    parameters: Mapping[str, str]
    resources: Mapping[str, Resource]
    outputs: dict[str, str]
    status: str = "CREATE_COMPLETE"


def deploy(site: Site, template: Path, stack_name: str, given: dict[str, str]) -> DeployedStack:
    """Return the stack after making or updating every resource. Raises TemplateError naming a
    fault.
    """
    parameters = parameter_values(declared_parameters(template), given)
    document = transformed(template, parameters, site.place.region)
    return _Stack(site, document, parameters, stack_name).deployed()


class _Stack:
    def __init__(
        self, site: Site, document: dict[str, Any], parameters: dict[str, str], name: str
    ) -> None:
        self._site = site
        self._name = name
        self._resources: dict[str, Any] = document["Resources"]
        self._outputs: dict[str, Any] = document.get("Outputs") or {}
        self._made: dict[str, Made] = {}
        self._under_way: list[str] = []
        self._parameters = parameters
        self._arn = site.place.arn("cloudformation", f"stack/{name}/1")
        pseudo = {
            "AWS::Region": site.place.region,
            "AWS::AccountId": site.place.account,
            "AWS::Partition": site.place.partition,
            "AWS::StackName": name,
            "AWS::StackId": self._arn,
            "AWS::URLSuffix": site.place.url_suffix,
        }
        conditions, mappings = document.get("Conditions") or {}, document.get("Mappings") or {}
        self._values = Values(parameters, pseudo, conditions, mappings, self._attribute)

    def deployed(self) -> DeployedStack:
        outputs = self._outputs_of_all()
        listed = {
            logical_id: Resource(self._resources[logical_id]["Type"], made.ref)
            for logical_id, made in self._made.items()
        }
        given = {name: str(value) for name, value in self._parameters.items()}
        return DeployedStack(self._name, self._arn, given, listed, outputs)

    def _outputs_of_all(self) -> dict[str, str]:
        unknown = {resource["Type"] for resource in self._resources.values()} - set(MAKERS)
        if unknown:
            raise TemplateError(f"resource types that are not emulated: {sorted(unknown)}")
        for logical_id, resource in self._resources.items():
            if self._is_wanted(resource):
                self._make(logical_id)
        wanted = {name: output for name, output in self._outputs.items() if self._is_wanted(output)}
        return {name: self._values.of(output["Value"]) for name, output in wanted.items()}

    def _is_wanted(self, thing: dict[str, Any]) -> bool:
        return "Condition" not in thing or self._values.condition(thing["Condition"])

    def _attribute(self, logical_id: str, name: str) -> str:
        if logical_id not in self._resources:
            raise TemplateError(f"unknown reference {logical_id}")
        made = self._make(logical_id)
        if not name:
            return made.ref
        if name not in made.attributes:
            raise TemplateError(
                f"{self._resources[logical_id]['Type']} has no attribute {name} here"
            )
        return made.attributes[name]

    def _make(self, logical_id: str) -> Made:
        if logical_id in self._made:
            return self._made[logical_id]
        if logical_id in self._under_way:
            raise TemplateError(
                f"circular reference: {' -> '.join([*self._under_way, logical_id])}"
            )
        self._under_way.append(logical_id)
        resource = self._resources[logical_id]
        needed = resource.get("DependsOn") or []
        for other in [needed] if isinstance(needed, str) else needed:
            self._make(other)
        properties = self._values.of(resource.get("Properties") or {})
        made = MAKERS[resource["Type"]](self._site, self._physical_name(logical_id), properties)
        self._under_way.pop()
        self._made[logical_id] = made
        return made

    def _physical_name(self, logical_id: str) -> str:
        suffix = hashlib.sha256(f"{self._name}/{logical_id}".encode()).hexdigest()[:12].upper()
        # Function names and roles are cut at 64 characters by AWS; the suffix must survive.
        return f"{self._name}-{logical_id}"[:51] + f"-{suffix}"
