"""Moto's model registry API in front of `Registry`.

Restores on moto: versions that wait for approval, members that an update does not name, packages
and groups kept whole, pages, events.
"""

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import AWSValidationException
from moto.sagemaker.responses import SageMakerResponse

from emulator.endpoints.configuration.listing import page_of
from emulator.endpoints.configuration.moto_configuration import given
from emulator.endpoints.errors import EndpointRefusal
from emulator.patching import Patches
from emulator.registry.packages import Package, Registry

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]
GROUP_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageGroupArn",
    "ModelPackageGroupDescription",
    "CreationTime",
    "ModelPackageGroupStatus",
)
SUMMARY = (
    "ModelPackageName",
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
)


def patch_registry(patches: Patches, registry: Registry) -> None:
    """Let the calls of the model registry reach `registry`."""
    answers: dict[str, Answer] = {
        "create_model_package_group": lambda asked: {
            "ModelPackageGroupArn": registry.create_group(asked)
        },
        "describe_model_package_group": lambda asked: dict(
            registry.group(asked["ModelPackageGroupName"])
        ),
        "list_model_package_groups": lambda asked: _groups(registry, asked),
        "create_model_package": lambda asked: {"ModelPackageArn": registry.create(asked)},
        "update_model_package": lambda asked: {"ModelPackageArn": registry.update(asked)},
        "describe_model_package": lambda asked: dict(registry.package(asked["ModelPackageName"])),
        "list_model_packages": lambda asked: _packages(registry, asked),
    }
    for name, answer in answers.items():
        patches.replace(SageMakerResponse, name, _answering(name, answer), parameters=())


def _answering(name: str, answer: Answer) -> Callable[[SageMakerResponse], ActionResult]:
    operation = "".join(word.capitalize() for word in name.split("_"))

    def call(self: SageMakerResponse) -> ActionResult:
        try:
            return ActionResult(answer(given(self, operation)))
        except EndpointRefusal as refusal:
            raise AWSValidationException(str(refusal)) from refusal

    return call


def _groups(registry: Registry, asked: Mapping[str, Any]) -> dict[str, Any]:
    rows = [_summary(group, GROUP_SUMMARY) for group in registry.groups.values()]
    page, following = page_of(rows, asked, "ModelPackageGroupName", {})
    return {"ModelPackageGroupSummaryList": page, "NextToken": following}


def _packages(registry: Registry, asked: Mapping[str, Any]) -> dict[str, Any]:
    group = asked.get("ModelPackageGroupName")
    kind = asked.get("ModelPackageType", "Versioned" if group else "Unversioned")
    found = registry.of_group(group) if group else list(registry.packages.values())
    approval = asked.get("ModelApprovalStatus")
    rows = [
        {"Name": one["ModelPackageArn"].split("model-package/")[-1], **_summary(one, SUMMARY)}
        for one in found
        if kind in {"Both", "Versioned" if "ModelPackageVersion" in one else "Unversioned"}
        and approval in {None, one.get("ModelApprovalStatus")}
    ]
    page, following = page_of(rows, asked, "Name", {})
    listed = [{key: value for key, value in row.items() if key != "Name"} for row in page]
    return {"ModelPackageSummaryList": listed, "NextToken": following}


def _summary(package: Package, members: tuple[str, ...]) -> dict[str, Any]:
    return {member: package[member] for member in members if member in package}
