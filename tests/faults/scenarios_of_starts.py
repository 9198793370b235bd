"""Rollouts that nobody starts: a package is approved, or a variant is deployed at weight 0."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from canary.domain.hands_off import GROUP, TAG
from canary.domain.rollout.phase import Phase
from tests.faults.base import LABELLED_ABOVE, SPECS, MeanModel
from tests.faults.scenario import BAD, Scenario
from tests.faults.world import World
from tests.integration.stage import ENDPOINT

DATA, PACKAGES, KEY = "s3://models/2.tar.gz", "churn", "churn.json"
TAGS = [{"Key": TAG, "Value": f"s3://{SPECS}/{KEY}"}]
# An update of the endpoint, and the looks for what no event told of, the first of which may fail.
BEGINS_WITHIN = timedelta(minutes=60)
OF_A_GROUP: dict[str, Any] = {"canary": {GROUP: PACKAGES, "variant": "v3"}}
SageMaker = Any


def _prepare(world: World, spec: Mapping[str, Any]) -> SageMaker:
    """Put the spec where its tag says, and return the client that does the rest."""
    world.stage.client("s3").put_object(Bucket=SPECS, Key=KEY, Body=json.dumps(spec))
    world.begins_by = world.emulator.clock.now() + BEGINS_WITHIN
    return world.stage.client("sagemaker")


def on_approval(world: World, spec: Mapping[str, Any]) -> None:
    """Approve a package of a tagged group, and nothing else."""
    sagemaker = _prepare(world, spec)
    sagemaker.create_model_package_group(ModelPackageGroupName=PACKAGES, Tags=TAGS)
    made = sagemaker.create_model_package(
        ModelPackageGroupName=PACKAGES,
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": DATA}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    world.observer.note("a person approves the package")
    sagemaker.update_model_package(
        ModelPackageArn=made["ModelPackageArn"], ModelApprovalStatus="Approved"
    )


def on_deployment(world: World, spec: Mapping[str, Any]) -> None:
    """Deploy the variants anew on a tagged endpoint, the canary at weight 0, and nothing else."""
    sagemaker = _prepare(world, spec)
    known = sagemaker.describe_endpoint(EndpointName=ENDPOINT)
    sagemaker.add_tags(ResourceArn=known["EndpointArn"], Tags=TAGS)
    variants = sagemaker.describe_endpoint_config(EndpointConfigName=known["EndpointConfigName"])
    sagemaker.create_endpoint_config(
        EndpointConfigName="config-2", ProductionVariants=variants["ProductionVariants"]
    )
    world.observer.note("a pipeline deploys the variants anew")
    sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="config-2")


def _says_again(world: World, kind: str) -> None:
    """Let AWS tell once more what it told last of this kind, as a new event."""
    told = [event for event in world.emulator.bus.events if event["detail-type"] == kind][-1]
    world.observer.note(f"AWS says again: {kind}")
    world.emulator.bus.emit(
        {
            "Source": told["source"],
            "DetailType": kind,
            "Detail": json.dumps(told["detail"]),
            "Resources": told["resources"],
        }
    )


def _doubled(world: World, kind: str, end: Phase) -> None:
    """Tell the same again while the rollout runs, and when it is over."""
    for moment in ("PLANNED", "BAKING 1", end):
        world.once(partial(_is_at, world, moment), partial(_says_again, world, kind), 30)


def _is_at(world: World, moment: str) -> bool:
    return world.observer.phase == moment


def _approvals_doubled(world: World, end: Phase, model: MeanModel) -> None:
    world.emulator.endpoints.register_model(DATA, model)
    _doubled(world, "SageMaker Model Package State Change", end)


def _package(world: World) -> None:
    _approvals_doubled(world, Phase.PROMOTED, MeanModel())


def _bad_package(world: World) -> None:
    _approvals_doubled(world, Phase.ROLLED_BACK, MeanModel(LABELLED_ABOVE))


def _deployment(world: World) -> None:
    _doubled(world, "SageMaker Endpoint State Change", Phase.PROMOTED)


def _hears_nothing(world: World) -> None:
    """Drop every event of SageMaker's, as a rule does that somebody disabled."""
    world.deliveries.append(
        lambda passage, seconds: [] if passage.event["source"] == "aws.sagemaker" else seconds
    )


def _unheard_package(world: World) -> None:
    world.emulator.endpoints.register_model(DATA, MeanModel())
    _hears_nothing(world)


BY_THEMSELVES = (
    Scenario(
        "package",
        Phase.PROMOTED,
        spec={**OF_A_GROUP, "after": "retire"},
        play=_package,
        start=on_approval,
    ),
    Scenario(
        "bad-package",
        Phase.ROLLED_BACK,
        spec=OF_A_GROUP,
        play=_bad_package,
        start=on_approval,
        never=BAD,
    ),
    Scenario("deployed", Phase.PROMOTED, play=_deployment, start=on_deployment),
    Scenario(
        "unheard-package",
        Phase.PROMOTED,
        spec=OF_A_GROUP,
        play=_unheard_package,
        start=on_approval,
    ),
    Scenario("unheard-deployed", Phase.PROMOTED, play=_hears_nothing, start=on_deployment),
)
