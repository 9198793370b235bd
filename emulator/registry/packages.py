"""Groups, packages and their approval, as values by ARN. No moto here.

Versions count upwards in their group; what an update does not name stays; every change is told.
Sources: API reference, CreateModelPackageGroup, CreateModelPackage ("For versioned models, the
value of this parameter must be set to Approved to deploy the model"), UpdateModelPackage,
ListModelPackages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.endpoints.errors import EndpointRefusal
from emulator.place import Place

Package = Mapping[str, Any]  # DescribeModelPackage's answer
PENDING, APPROVED = "PendingManualApproval", "Approved"
UPDATED = (
    "ModelApprovalStatus",
    "ApprovalDescription",
    "InferenceSpecification",
    "SourceUri",
    "ModelCard",
    "ModelLifeCycle",
)
SCANNED: dict[str, Any] = {"ValidationStatuses": [], "ImageScanStatuses": []}


@dataclass
class Tagged:
    """What the tags of a group or a package are kept on."""

    tags: list[dict[str, str]]


class Registry:
    """The groups and packages of one account and region. `tell` gets every package that came to be
    or changed.
    """

    def __init__(
        self, place: Place, now: Callable[[], datetime], tell: Callable[[Package], object]
    ) -> None:
        self.place = place
        self.now = now
        self.tell = tell
        self.groups: dict[str, dict[str, Any]] = {}
        self.packages: dict[str, dict[str, Any]] = {}
        self.tagged: dict[str, Tagged] = {}

    def create_group(self, given: Mapping[str, Any]) -> str:
        """Return the ARN of a new group. Raises EndpointRefusal where its name is taken."""
        name = given["ModelPackageGroupName"]
        arn = self.place.arn("sagemaker", f"model-package-group/{name.lower()}")
        if arn in self.groups:
            raise EndpointRefusal(f"Model Package Group already exists: {arn}")
        self.tagged[arn] = Tagged(list(given.get("Tags", [])))
        self.groups[arn] = {
            **{key: value for key, value in given.items() if key != "Tags"},
            "ModelPackageGroupArn": arn,
            "ModelPackageGroupStatus": "Completed",
            "CreationTime": self.now(),
        }
        return arn

    def group(self, named: str) -> Mapping[str, Any]:
        """Return the group of a name or an ARN. Raises EndpointRefusal when there is none."""
        name = named.rsplit("/", 1)[-1].lower()
        arn = self.place.arn("sagemaker", f"model-package-group/{name}")
        if arn not in self.groups:
            raise EndpointRefusal(f"ModelPackageGroup {arn} does not exist.")
        return self.groups[arn]

    def create(self, given: Mapping[str, Any]) -> str:
        """Return the ARN of a new package: the next version of its group, which waits for approval
        unless it says otherwise, or one of its own name. Raises EndpointRefusal.
        """
        named, grouped = given.get("ModelPackageName"), given.get("ModelPackageGroupName")
        if bool(named) == bool(grouped):
            raise EndpointRefusal("A model package has a ModelPackageName or a group, one of both.")
        if grouped is not None:
            group = self.group(grouped)["ModelPackageGroupName"]
            version = 1 + max(
                (one["ModelPackageVersion"] for one in self.of_group(group)), default=0
            )
            identity = {"ModelPackageGroupName": group, "ModelPackageVersion": version}
            approval = {"ModelApprovalStatus": given.get("ModelApprovalStatus", PENDING)}
            arn = self.place.arn("sagemaker", f"model-package/{group.lower()}/{version}")
        else:
            identity, approval = {}, {}
            arn = self.place.arn("sagemaker", f"model-package/{str(named).lower()}")
            if arn in self.packages:
                raise EndpointRefusal(f"Model package already exists: {arn}")
        self.tagged[arn] = Tagged(list(given.get("Tags", [])))
        self.packages[arn] = {
            **{key: value for key, value in given.items() if key != "Tags"},
            **identity,
            **approval,
            "ModelPackageArn": arn,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": SCANNED,
            "CertifyForMarketplace": given.get("CertifyForMarketplace", False),
            "CreationTime": self.now(),
        }
        self.tell(self.packages[arn])
        return arn

    def update(self, given: Mapping[str, Any]) -> str:
        """Return the ARN of the package, with what was named changed. Raises EndpointRefusal."""
        package = self._of(given["ModelPackageArn"])
        package.update({member: given[member] for member in UPDATED if member in given})
        properties = {
            **package.get("CustomerMetadataProperties", {}),
            **given.get("CustomerMetadataProperties", {}),
        }
        for gone in given.get("CustomerMetadataPropertiesToRemove", []):
            properties.pop(gone, None)
        if properties or "CustomerMetadataProperties" in package:
            package["CustomerMetadataProperties"] = properties
        added = given.get("AdditionalInferenceSpecificationsToAdd", [])
        if added:
            known = package.get("AdditionalInferenceSpecifications", [])
            package["AdditionalInferenceSpecifications"] = [*known, *added]
        package["LastModifiedTime"] = self.now()
        self.tell(package)
        return str(package["ModelPackageArn"])

    def package(self, named: str) -> Package:
        """Return the package of an ARN, or of a name with its version. Raises EndpointRefusal."""
        return self._of(named)

    def of_group(self, name: str) -> list[Package]:
        """Return the versions of a group, the oldest first."""
        lower = name.rsplit("/", 1)[-1].lower()
        return [
            one
            for one in self.packages.values()
            if one.get("ModelPackageGroupName", "").lower() == lower
        ]

    def containers(self, named: str) -> list[dict[str, Any]]:
        """Return the containers a model of this package is made of, each with the package's ARN.
        Raises EndpointRefusal where it may not be deployed.
        """
        package = self._of(named)
        arn, approval = package["ModelPackageArn"], package.get("ModelApprovalStatus", APPROVED)
        if approval != APPROVED:
            raise EndpointRefusal(
                f"Model package {arn} cannot be deployed: its ModelApprovalStatus is {approval}."
            )
        listed = package.get("InferenceSpecification", {}).get("Containers", [])
        if not listed:
            raise EndpointRefusal(f"Model package {arn} has no InferenceSpecification.")
        return [{**one, "ModelPackageName": arn} for one in listed]

    def _of(self, named: str) -> dict[str, Any]:
        path = named.rsplit(":", 1)[-1].removeprefix("model-package/").lower()
        arn = self.place.arn("sagemaker", f"model-package/{path}")
        if arn not in self.packages:
            raise EndpointRefusal(f"Model package {arn} does not exist.")
        return self.packages[arn]
