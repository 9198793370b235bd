"""Roles, functions, state machines and rules. Making one again updates it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from emulator.deployment.site import Made, Properties, Site
from emulator.deployment.template import TemplateError
from emulator.functions.asynchronous import EventSettings

# The smallest zip archive: the code runs from its folder, moto only wants something to hash.
EMPTY_ZIP = b"PK\x05\x06" + b"\x00" * 18


def role(site: Site, name: str, properties: Properties) -> Made:
    """AWS::IAM::Role with its inline policies; AWS's managed ones are kept as a tag, not
    evaluated.
    """
    iam = site.client("iam")
    name = properties.get("RoleName", name)[:64]
    managed = " ".join(
        str(arn).rsplit("/", 1)[-1] for arn in properties.get("ManagedPolicyArns", [])
    )
    try:
        iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
            Tags=[{"Key": "managed-policies", "Value": managed}],
        )
    except iam.exceptions.EntityAlreadyExistsException:
        for old in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=old)
    for policy in properties.get("Policies", []):
        document = json.dumps(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
    return Made(name, {"Arn": site.place.role_arn(name)})


def policy(site: Site, name: str, properties: Properties) -> Made:
    """AWS::IAM::Policy: an inline policy on each role it names."""
    for role_name in properties.get("Roles", []):
        site.client("iam").put_role_policy(
            RoleName=role_name,
            PolicyName=properties.get("PolicyName", name),
            PolicyDocument=json.dumps(properties["PolicyDocument"]),
        )
    return Made(name)


def layer(site: Site, name: str, properties: Properties) -> Made:
    """AWS::Lambda::LayerVersion: its source folder goes on the import path."""
    site.layers.append(site.root / properties["Content"]["S3Key"])
    label = properties.get("LayerName", name)
    arn = site.place.arn("lambda", f"layer:{label}:1")
    return Made(arn, {"LayerVersionArn": arn})


def function(site: Site, name: str, properties: Properties) -> Made:
    """AWS::Lambda::Function running from its source folder."""
    name = properties.get("FunctionName", name)
    client = site.client("lambda")
    wanted = {
        "FunctionName": name,
        "Role": properties["Role"],
        "Handler": properties["Handler"],
        "Runtime": properties["Runtime"],
        "Timeout": int(properties.get("Timeout", 3)),
        "MemorySize": int(properties.get("MemorySize", 128)),
        "Environment": {
            "Variables": {
                key: str(value)
                for key, value in properties.get("Environment", {}).get("Variables", {}).items()
            }
        },
    }
    try:
        answer = client.create_function(
            **wanted,
            Code={"ZipFile": EMPTY_ZIP},
            Architectures=properties.get("Architectures", ["x86_64"]),
        )
    except client.exceptions.ResourceConflictException:
        answer = client.update_function_configuration(**wanted)
    site.code[name] = site.root / properties["Code"]["S3Key"]
    queue = properties.get("DeadLetterConfig", {}).get("TargetArn", "")
    if queue:
        site.event_settings[name] = EventSettings(dead_letter_arn=queue)
    return Made(name, {"Arn": answer["FunctionArn"]})


def event_invoke_config(site: Site, name: str, properties: Properties) -> Made:
    """AWS::Lambda::EventInvokeConfig: retries, age and the destination of failed events."""
    function_name = properties["FunctionName"].rsplit(":", 1)[-1]
    before = site.event_settings.get(function_name, EventSettings())
    destination = (
        properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
    )
    site.event_settings[function_name] = EventSettings(
        int(properties.get("MaximumRetryAttempts", before.most_retries)),
        float(properties.get("MaximumEventAgeInSeconds", before.most_age_seconds)),
        destination,
        before.dead_letter_arn,
    )
    return Made(name)


def permission(site: Site, name: str, properties: Properties) -> Made:
    """AWS::Lambda::Permission."""
    client = site.client("lambda")
    wanted = {
        "Action": properties["Action"],
        "Principal": properties["Principal"],
        "StatementId": name,
    }
    if "SourceArn" in properties:
        wanted["SourceArn"] = properties["SourceArn"]
    function_name = properties["FunctionName"]
    with suppress(ClientError):  # nothing to replace
        client.remove_permission(FunctionName=function_name, StatementId=name)
    client.add_permission(FunctionName=function_name, **wanted)
    return Made(name)


def state_machine(site: Site, name: str, properties: Properties) -> Made:
    """AWS::StepFunctions::StateMachine with its definition's ${Placeholders} filled; an update
    leaves executions be.
    """
    name = properties.get("StateMachineName", name)
    definition = _definition(site, properties)
    client = site.client("stepfunctions")
    arn = site.place.arn("states", f"stateMachine:{name}")
    try:
        client.describe_state_machine(stateMachineArn=arn)
        client.update_state_machine(
            stateMachineArn=arn, definition=definition, roleArn=properties["RoleArn"]
        )
    except client.exceptions.StateMachineDoesNotExist:
        kind = properties.get("StateMachineType", "STANDARD")
        client.create_state_machine(
            name=name, definition=definition, roleArn=properties["RoleArn"], type=kind
        )
    return Made(arn, {"Arn": arn, "Name": name})


def _definition(site: Site, properties: Properties) -> str:
    if "DefinitionS3Location" in properties:
        text = (site.root / properties["DefinitionS3Location"]["Key"]).read_text(encoding="utf-8")
    elif "DefinitionString" in properties:
        text = properties["DefinitionString"]
    else:
        text = json.dumps(properties["Definition"])
    for placeholder, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{placeholder}}}", str(value))
    if "${" in text:
        left = text[text.index("${") :].split("}")[0] + "}"
        raise TemplateError(f"the definition's placeholder {left} has no substitution")
    return text


def rule(site: Site, name: str, properties: Properties) -> Made:
    """AWS::Events::Rule with its targets."""
    name = properties.get("Name", name)[:64]
    events = site.client("events")
    wanted: dict[str, Any] = {"Name": name, "State": properties.get("State", "ENABLED")}
    if "EventPattern" in properties:
        wanted["EventPattern"] = json.dumps(properties["EventPattern"])
    wanted |= {
        key: properties[key]
        for key in ("ScheduleExpression", "EventBusName", "Description")
        if key in properties
    }
    arn = events.put_rule(**wanted)["RuleArn"]
    bus = {"EventBusName": properties["EventBusName"]} if "EventBusName" in properties else {}
    if properties.get("Targets"):
        events.put_targets(Rule=name, Targets=properties["Targets"], **bus)
    return Made(name, {"Arn": arn})
