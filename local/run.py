"""One run of the local account, from the first line to the last."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from shutil import which
from typing import TextIO

from threadpoolctl import threadpool_limits

from canary.domain.words import percent
from emulator import Emulator
from emulator.server import AccountServer
from emulator.server.times import TimeRefused
from local.account import TEMPLATE, open_account
from local.asked import Asked, Pace
from local.kept import Kept, Packages, begin_at, read_kept, write_kept
from local.mistake import Mistake
from local.stage import AT_FIRST, BUCKET, GROUP, MODELS, VARIANTS, Props, props_of, set_up

STOPS = (signal.SIGINT, signal.SIGTERM)
PATIENCE_SECONDS = 600.0


def run(asked: Asked, say: Callable[[str], None]) -> None:
    """Serve the account until a signal comes; `say` prints a line. Raises Mistake."""
    if not TEMPLATE.is_file():
        problem = f"there is no {TEMPLATE}"
        raise Mistake("canaryctl local", problem, "Run it from a checkout of the project")
    props = props_of(asked)
    kept = read_kept(asked.state, asked.endpoint, asked.region, VARIANTS)
    with _own_environment(), threadpool_limits(1), closing(props):
        account = open_account(
            begin_at(kept, datetime.now(UTC)),
            seed=asked.seed,
            region=asked.region,
            enforce_iam=True,
            patience_seconds=PATIENCE_SECONDS,
        )
        with account, _listening(account, asked) as server:
            account.clock.set_pace(0.0)
            table = set_up(account, asked, props, kept)
            account.clock.set_pace(asked.minute_seconds)
            for line in greeting(asked, props, server.url, kept):
                say(line)
            account.clock.every(60.0, _news(account, say))
            with _until_a_signal(server):
                if asked.pace is Pace.STEPPED and sys.stdin.isatty():
                    _stepping(server, sys.stdin, say)
                server.run()
            if asked.state is not None:
                write_kept(account, asked.endpoint, MODELS[0], GROUP, table, asked.state)
        what = "nothing was kept" if asked.state is None else f"kept in {asked.state}"
        say(f"stopped; {what}.")


def greeting(asked: Asked, props: Props, url: str, kept: Kept | None = None) -> Iterator[str]:
    """Yield what a person has to know to begin."""
    second = VARIANTS[1]
    yield f"An emulated AWS account with the stack in it: {url} (Ctrl-C stops it)"
    at = AT_FIRST if kept is None else kept.variants
    weights = " and ".join(f"{name} at weight {had.weight:g}" for name, had in at.items())
    yield f"  endpoint {asked.endpoint}: {weights}; {asked.traffic:,.0f} requests a minute"
    yield from (f"  {one.words}" for one in props.tried)
    if asked.background_errors:
        share = percent(asked.background_errors)
        yield f"  {share} of the requests fail with 503 on both, as a real endpoint's do"
    if kept is not None:
        yield f"  as {asked.state} kept it; a rollout that was under way is brought home"
    if asked.baseline is None:
        yield f"  both models and their records are made up; {second} is the better one"
    yield f"  {_versions(kept.packages if kept is not None else Packages())}"
    if props.rows.labelled is not None:
        yield f"  labelled set s3://{BUCKET}/{props.labelled_key}"
    yield f"  {_pace(asked, url)}"
    yield "In another terminal:"
    yield (
        f"  export AWS_ENDPOINT_URL={url} AWS_REGION={asked.region} "
        f"AWS_DEFAULT_REGION={asked.region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local"
    )
    canary: object = second if second in at else {"model": MODELS[1]}
    yield f"  echo '{json.dumps({'endpoint': asked.endpoint, 'canary': canary})}' > spec.json"
    yield f"  {_canaryctl()} start --spec spec.json --watch"


def _versions(packages: Packages) -> str:
    """Return what the group holds, for a person."""
    numbered = enumerate(packages.approvals, start=1)
    versions = ", ".join(f"{GROUP}/{number} {approval}" for number, approval in numbered)
    return f"model packages, each of {VARIANTS[1]}'s model: {versions}"


def _canaryctl() -> str:
    """Return how the command line is called from where this was called."""
    return "canaryctl" if which("canaryctl") else sys.argv[0]


def _pace(asked: Asked, url: str) -> str:
    seconds = asked.minute_seconds
    if math.isinf(seconds):
        keys = "Enter lets a minute pass, a number so many" if sys.stdin.isatty() else "let it pass"
        return f"time stands still; {keys}: curl -X POST '{url}/_account/time?minutes=5'"
    if not seconds:
        return "emulated minutes pass as fast as the work allows"
    return f"one emulated minute takes {seconds:g} s"


def _news(account: Emulator, say: Callable[[str], None]) -> Callable[[], None]:
    """Return what prints the messages that came since it was called last."""
    seen = len(account.messages)

    def look() -> None:
        nonlocal seen
        for message in account.messages[seen:]:
            say(f"{message.at:%d %b %H:%M}  mail: {message.subject}")
        seen = len(account.messages)

    return look


@contextmanager
def _listening(account: Emulator, asked: Asked) -> Iterator[AccountServer]:
    try:
        server = AccountServer(account, port=asked.port, minute_seconds=asked.minute_seconds)
    except OSError as error:
        problem = f"{asked.port} cannot be listened to ({error.strerror})"
        raise Mistake("--port", problem, "Give another one, or 0 for any that is free") from error
    with server:
        yield server


@contextmanager
def _own_environment() -> Iterator[None]:
    """Take away what would lead the stack's own calls out of this process: the address that
    programs outside reach the account by may be set here too.
    """
    taken = {
        name: os.environ.pop(name)
        for name in list(os.environ)
        if name.startswith("AWS_ENDPOINT_URL") or name == "AWS_PROFILE"
    }
    try:
        yield
    finally:
        os.environ.update(taken)


@contextmanager
def _until_a_signal(server: AccountServer) -> Iterator[None]:
    """Let the first signal end the run in good order; a second one has its usual effect."""
    before = {number: signal.getsignal(number) for number in STOPS}

    def give_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(*_: object) -> None:
        give_back()
        server.stop()

    for number in STOPS:
        signal.signal(number, stop)
    try:
        yield
    finally:
        give_back()


def _stepping(server: AccountServer, keys: TextIO, say: Callable[[str], None]) -> None:
    """Let each line of the terminal pass time, from a thread of its own."""

    def read() -> None:
        for line in keys:
            try:
                say(server.times.changed({"minutes": line.strip() or "1"})["now"])
            except TimeRefused as error:
                say(str(error))

    threading.Thread(target=read, name="keys", daemon=True).start()
