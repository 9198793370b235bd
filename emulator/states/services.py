"""What a state machine reaches: functions through the fleet, every other service through boto3, as
its own role.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import boto3.session
from botocore import xform_name
from botocore.exceptions import ClientError
from moto.awslambda.exceptions import LambdaClientError, UnknownFunctionException
from moto.awslambda.utils import get_backend

from emulator.functions.fleet import FunctionFleet, RunningInvocation
from emulator.functions.moto_lambda import configuration_of
from emulator.place import Place
from emulator.states.language.errors import InvalidDefinition, StateError
from emulator.states.map_run import ITEM_READER_FAILED, RESULT_WRITER_FAILED

# The optimized integrations by the name in the resource: boto3's service, and the prefix of its
# error names.
_OPTIMIZED = {
    "sns": "sns",
    "sqs": "sqs",
    "dynamodb": "dynamodb",
    "events": "events",
    "states": "stepfunctions",
}
_PREFIX = {
    "sns": "SNS",
    "sqs": "SQS",
    "dynamodb": "DynamoDB",
    "events": "EventBridge",
    "states": "StepFunctions",
    "sagemaker": "SageMaker",
    "cloudwatch": "CloudWatch",
    "sfn": "Sfn",
    "s3": "S3",
}
_SDK_SERVICE = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}

Authorize = Callable[[str, str, str], str | None]


class RoleServices:
    """Calls made under a state machine's role. `authorize(role, action, resource)` answers why not,
    None if allowed.
    """

    def __init__(
        self,
        fleet: FunctionFleet,
        place: Place,
        credentials_of: Callable[[str], Mapping[str, str]],
        authorize: Authorize,
    ) -> None:
        self._fleet = fleet
        self._place = place
        self._credentials_of = credentials_of
        self._authorize = authorize
        self._sessions: dict[str, boto3.session.Session] = {}

    def start_function(self, role_arn: str, function: str, payload: str) -> RunningInvocation:
        """Return an invocation, begun. Raises StateError when the function is unknown or the role
        may not invoke it.
        """
        try:
            found = get_backend(self._place.account, self._place.region).get_function(
                function.removesuffix(":$LATEST")
            )
        except (LambdaClientError, UnknownFunctionException) as error:
            raise StateError(
                "Lambda.ResourceNotFoundException", f"Function not found: {function}"
            ) from error
        configuration = configuration_of(found)
        refusal = self._authorize(role_arn, "lambda:InvokeFunction", configuration.arn)
        if refusal is not None:
            raise StateError("Lambda.AWSLambdaException", refusal)
        return self._fleet.start(configuration, payload)

    def refuse_elsewhere(self, resource: str) -> None:
        """Raise StateError where a task names another partition than the machine's.

        Source: what an execution in GovCloud said of `arn:aws:states:::` (aws-cdk issue 4597).
        """
        found = resource.split(":")[1]
        if found != self._place.partition:
            cause = f"{resource}: Expected '{self._place.partition}', was '{found}'"
            raise StateError("States.Runtime", cause)

    def call(self, role_arn: str, resource: str, arguments: dict[str, Any]) -> Any:
        """Return the answer of `arn:<partition>:states:::service:action` or
        `:::aws-sdk:service:action`. Raises StateError.
        """
        service, action = _service_of(resource)
        client = self._session(role_arn).client(
            _SDK_SERVICE.get(service, _OPTIMIZED.get(service, service))
        )  # type: ignore[call-overload]
        method = getattr(client, xform_name(action), None)
        if method is None:
            raise InvalidDefinition(f"{resource}: no such action")
        names = {
            name.lower(): name
            for name in client.meta.service_model.operation_model(
                _operation(action)
            ).input_shape.members
        }
        given = {
            names.get(key.lower(), key): _text_where_text(key, value)
            for key, value in arguments.items()
        }
        try:
            answer = method(**given)
        except ClientError as error:
            raise StateError(_error_name(service, client, error), str(error)) from error
        answer.pop("ResponseMetadata", None)
        return _pascal(answer)

    def read_object(self, role_arn: str, bucket: str, key: str) -> str:
        """Return an object's text. Raises States.ItemReaderFailed."""
        try:
            answer = self._session(role_arn).client("s3").get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            raise StateError(ITEM_READER_FAILED, str(error)) from error
        return str(answer["Body"].read().decode())

    def write_object(self, role_arn: str, bucket: str, key: str, text: str) -> None:
        """Write an object. Raises States.ResultWriterFailed."""
        client = self._session(role_arn).client("s3")
        try:
            client.put_object(Bucket=bucket, Key=key, Body=text.encode())
        except ClientError as error:
            raise StateError(RESULT_WRITER_FAILED, str(error)) from error

    def refuse_children(self, role_arn: str, machine_arn: str) -> None:
        """Raise StateError where the role may not start executions of its own machine."""
        refusal = self._authorize(role_arn, "states:StartExecution", machine_arn)
        if refusal is not None:
            raise StateError("StepFunctions.AccessDeniedException", refusal)

    def _session(self, role_arn: str) -> boto3.session.Session:
        if role_arn not in self._sessions:
            credentials = self._credentials_of(role_arn)
            self._sessions[role_arn] = boto3.session.Session(
                aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=credentials["AWS_SESSION_TOKEN"],
                region_name=self._place.region,
            )
        return self._sessions[role_arn]


def _error_name(service: str, client: Any, error: ClientError) -> str:
    """Return the name the service's Java SDK gives: the modelled exception, or the service's
    general one.
    """
    prefix = _PREFIX.get(service, service.title())
    code = error.response["Error"]["Code"]
    modelled = {shape.name for shape in client.meta.service_model.error_shapes}
    if code not in modelled and f"{code}Exception" not in modelled:
        return f"{prefix}.{prefix}Exception"
    return f"{prefix}.{code.removesuffix('Exception')}Exception"


def _service_of(resource: str) -> tuple[str, str]:
    sdk = re.fullmatch(r"arn:[\w-]+:states:::aws-sdk:(\w+):(\w+)", resource)
    if sdk:
        return sdk[1], sdk[2]
    optimized = re.fullmatch(r"arn:[\w-]+:states:::(\w+):(\w+)", resource)
    if optimized and optimized[1] in _OPTIMIZED:
        return optimized[1], optimized[2]
    raise InvalidDefinition(f"the resource {resource} is not interpreted")


def _operation(action: str) -> str:
    return action[0].upper() + action[1:]


def _text_where_text(key: str, value: object) -> object:
    # The service turns objects into JSON text where the API wants a string.
    return (
        json.dumps(value)
        if key in {"Message", "MessageBody", "Input"} and not isinstance(value, str)
        else value
    )


def _pascal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _pascal(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_pascal(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value
