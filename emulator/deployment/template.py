"""Reading a SAM template and transforming it, offline, with the transform AWS itself runs."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# Local folders travel through the transform as objects of this bucket, and are read from disk
# afterwards.
LOCAL_BUCKET = "local"
LOCAL_FIELDS = ("CodeUri", "ContentUri", "DefinitionUri")


class TemplateError(ValueError):
    """The template cannot be deployed: the transform refuses it, or it uses what is not
    emulated.
    """


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        """Return no managed policies: the transform needs none for full ARNs and inline
        statements.
        """
        return {}


def transformed(path: Path, parameters: dict[str, str], region: str) -> dict[str, Any]:
    """Return the CloudFormation template a SAM template becomes. Raises TemplateError."""
    text = path.read_text(encoding="utf-8")
    return copy.deepcopy(_transformed(text, tuple(sorted(parameters.items())), region))


@lru_cache(maxsize=32)
def _transformed(text: str, parameters: tuple[tuple[str, str], ...], region: str) -> dict[str, Any]:
    document = copy.deepcopy(_document(text))
    if not str(document.get("Transform", "")).startswith("AWS::Serverless"):
        return dict(document)
    for resource in document.get("Resources", {}).values():
        properties = resource.get("Properties") or {}
        for field in LOCAL_FIELDS:
            if isinstance(properties.get(field), str) and not properties[field].startswith("s3://"):
                properties[field] = f"s3://{LOCAL_BUCKET}/{properties[field]}"
    try:
        return dict(
            transform(document, {**dict(parameters), "AWS::Region": region}, _NoManagedPolicies())
        )
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes) or error.message
        raise TemplateError(f"the SAM transform refuses the template: {causes}") from error


def parameter_values(declared: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    """Return every parameter's value. Raises TemplateError on an unknown, missing or not allowed
    one.
    """
    unknown = set(given) - set(declared)
    if unknown:
        raise TemplateError(f"unknown parameters: {sorted(unknown)}")
    values = {}
    for name, parameter in declared.items():
        value = given.get(name, parameter.get("Default"))
        if value is None:
            raise TemplateError(f"parameter {name} has no value and no default")
        allowed = parameter.get("AllowedValues")
        if allowed is not None and str(value) not in {str(item) for item in allowed}:
            raise TemplateError(f"parameter {name}: {value!r} is not one of {allowed}")
        pattern = parameter.get("AllowedPattern")
        if pattern is not None and re.fullmatch(pattern, str(value)) is None:
            must = parameter.get("ConstraintDescription", f"must match pattern {pattern}")
            raise TemplateError(f"Parameter {name} failed to satisfy constraint: {must}")
        values[name] = value
    return values


def declared_parameters(path: Path) -> dict[str, Any]:
    """Return the Parameters section of a template."""
    document = _document(path.read_text(encoding="utf-8"))
    return copy.deepcopy(dict(document.get("Parameters") or {}))


@lru_cache(maxsize=32)
def _document(text: str) -> dict[str, Any]:
    """Return a template as read; whoever changes it copies it first."""
    document: dict[str, Any] = yaml_parse(text)
    return document
