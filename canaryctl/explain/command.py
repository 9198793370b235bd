"""`canaryctl explain`: reads what is stored of an endpoint's newest rollout and says it."""

import typer
from rich.console import Console

from canary.domain.rollout.surroundings import FreezeList
from canaryctl.explain.explain import addressed, explanation, of_nothing
from canaryctl.explain.show import show
from canaryctl.explain.values import Explanation
from canaryctl.operate.freezes import freezes_of, may_rise
from canaryctl.operate.lookup import newest_or_none
from canaryctl.operate.options import Time, time_of, told_plainly
from canaryctl.operate.stack import Stack
from canaryctl.operate.where import TableWhere
from canaryctl.shell.endpoint import About
from canaryctl.shell.groups import with_options


@with_options(about=About, where=TableWhere)
def explain_command(context: typer.Context, about: About, where: TableWhere) -> None:
    """Say why a rollout is where it is, what would change it, when, and what happens if nobody
    acts.

    From what is stored: the record, the plan, the newest verdict and the newest look; and from the
    freezes for everybody, where the stack has a list of them.
    """
    with told_plainly():
        found = addressed(read(where.found(), about.endpoint, time_of(context)), where.named)
    if where.as_json:
        typer.echo(found.model_dump_json())
    else:
        show(Console(), found)


def read(stack: Stack, endpoint: str, when: Time) -> Explanation:
    """Return the explanation of an endpoint's newest rollout, ended or not."""
    record = newest_or_none(stack, endpoint)
    if record is None:
        return of_nothing(endpoint, stack.table_name)
    verdict = stack.evidence.newest_verdict(record.rollout)
    tick = stack.evidence.tick(record.rollout)
    freezes = freezes_of(stack) if may_rise(record) else FreezeList()
    return explanation(record, verdict, tick, when.now(), freezes)
