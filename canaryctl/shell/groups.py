"""Options in frozen groups, said once and shared: `with_options` makes one command line of them."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import wraps
from typing import Any, get_type_hints


def with_options(**groups: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a command the fields of these dataclasses as options, behind its own.

    The command takes each group as one argument under the keyword given here; a field is an option
    as a parameter with its annotation and default would be.
    """

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        own = [one for one in _own(command) if one.name not in groups]

        @wraps(command)
        def asked(**given: Any) -> None:
            command(
                **{one.name: given[one.name] for one in own},
                **{
                    name: group(**{one.name: given[one.name] for one in fields(group)})
                    for name, group in groups.items()
                },
            )

        parameters = own + [one for group in groups.values() for one in _parameters(group)]
        vars(asked)["__signature__"] = inspect.Signature(parameters)
        asked.__annotations__ = {one.name: one.annotation for one in parameters}
        return asked

    return decorated


def _own(command: Callable[..., None]) -> list[inspect.Parameter]:
    hints = get_type_hints(command, include_extras=True)
    return [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name])
        for one in inspect.signature(command).parameters.values()
    ]


def _parameters(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(one),
            annotation=hints[one.name],
        )
        for one in fields(group)
    ]


def _default(one: Field[Any]) -> Any:
    return inspect.Parameter.empty if one.default is MISSING else one.default
