"""`python -m tests.roles`: read every policy of template.yaml a second time.

Beside AWS's published authorization data, and beside every call the functions make. Exit code 1
where something does not fit, each with its sentence.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from emulator.deployment.template import declared_parameters, parameter_values, transformed
from tests.roles import grants, published, reading
from tests.roles.statements import statements_of

TEMPLATE = Path("template.yaml")


def main() -> int:
    """Return 0 when every statement fits what AWS publishes and what the functions call."""
    statements = list(statements_of(resources()))
    granted = grants.grants(statements)
    problems = [*reading.problems_of(statements), *grants.differences(granted, grants.needs())]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(
        f"template.yaml: {len(statements)} statements, {sum(map(len, granted.values()))} grants of "
        f"{len(granted)} roles read beside AWS's authorization data of {published.version()} and "
        f"the calls of {len(grants.functions())} functions, {len(problems)} problems"
    )
    return int(bool(problems))


def resources() -> dict[str, Any]:
    """Return the template's resources as SAM makes them."""
    region = published.PLACE["Region"]
    parameters = parameter_values(declared_parameters(TEMPLATE), {})
    found: dict[str, Any] = transformed(TEMPLATE, parameters, region)["Resources"]
    return found


if __name__ == "__main__":
    os.environ.setdefault("AWS_DEFAULT_REGION", published.PLACE["Region"])  # the transform asks
    sys.exit(main())
