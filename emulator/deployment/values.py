"""The intrinsic functions of CloudFormation. A reference to a resource creates it first, so order
follows need.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from emulator.deployment.template import TemplateError

_NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([\w.:]+)\}")


class Values:
    """Resolves one template. `attribute(logical_id, name)` answers for resources; name "" is what
    Ref gives.
    """

    def __init__(
        self,
        parameters: Mapping[str, Any],
        pseudo: Mapping[str, str],
        conditions: Mapping[str, Any],
        mappings: Mapping[str, Any],
        attribute: Callable[[str, str], Any],
    ) -> None:
        self._known = {**parameters, **pseudo}
        self._conditions = conditions
        self._mappings = mappings
        self._attribute = attribute
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": lambda given: str(given[0]).join(str(part) for part in self.of(given[1])),
            "Fn::If": lambda given: self.of(given[1] if self.condition(given[0]) else given[2]),
            "Fn::Select": lambda given: self.of(given[1])[int(self.of(given[0]))],
            "Fn::Split": lambda given: str(self.of(given[1])).split(given[0]),
            "Fn::FindInMap": self._find_in_map,
            "Fn::Equals": lambda given: str(self.of(given[0])) == str(self.of(given[1])),
            "Fn::Not": lambda given: not self.of(given[0]),
            "Fn::And": lambda given: all(self.of(part) for part in given),
            "Fn::Or": lambda given: any(self.of(part) for part in given),
            "Condition": self.condition,
        }

    def of(self, node: Any) -> Any:
        """Return a node with every function in it evaluated; AWS::NoValue leaves its key out."""
        if isinstance(node, list):
            return [value for value in map(self.of, node) if value is not _NO_VALUE]
        if not isinstance(node, Mapping):
            return node
        if len(node) == 1:
            name, given = next(iter(node.items()))
            # A policy's "Condition" block holds operators, a condition reference holds a name.
            if name in self._functions and (name != "Condition" or isinstance(given, str)):
                return self._functions[name](given)
            if name.startswith("Fn::"):
                raise TemplateError(f"{name} is not emulated")
        resolved = {key: self.of(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not _NO_VALUE}

    def condition(self, name: str) -> bool:
        """Return whether the named condition holds."""
        if name not in self._conditions:
            raise TemplateError(f"unknown condition {name}")
        return bool(self.of(self._conditions[name]))

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        return self._known[name] if name in self._known else self._attribute(name, "")

    def _get_att(self, given: str | list[str]) -> Any:
        logical_id, _, name = (
            given.partition(".") if isinstance(given, str) else (given[0], ".", given[1])
        )
        return self._attribute(logical_id, str(self.of(name)))

    def _sub(self, given: str | list[Any]) -> str:
        text, own = (given, {}) if isinstance(given, str) else (given[0], self.of(given[1]))

        def put(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return f"${{{name}}}"
            if name in own:
                return str(own[name])
            return str(self._get_att(name) if "." in name else self._ref(name))

        return _PLACEHOLDER.sub(put, text)

    def _find_in_map(self, given: list[Any]) -> Any:
        name, first, second = (self.of(part) for part in given)
        return self._mappings[name][first][second]
