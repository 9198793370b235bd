"""The emulated account, and endpoints without the rest of it, that these tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from emulator import Emulator
from emulator.calls import patch_entrance
from emulator.clock import Clock
from emulator.cloudwatch.publication import IMMEDIATE
from emulator.endpoints import install
from emulator.patching import Patches
from emulator.place import Place
from emulator.tests import application
from emulator.tests.small_account import START, SmallAccount
from emulator.tests.small_endpoints import START as ENDPOINTS_START
from emulator.tests.small_endpoints import World, client


@pytest.fixture
def account(tmp_path: Path) -> Iterator[SmallAccount]:
    """A fresh account at 2026-01-05 08:00 UTC."""
    with Emulator(START, patience_seconds=10, time_hooks=[application.on_clock]) as emulator:
        yield SmallAccount(emulator, tmp_path)


@pytest.fixture
def make_world() -> Iterator[Callable[..., World]]:
    """A world made with the given options of `install`; one a test."""
    clock, patches = Clock(ENDPOINTS_START), Patches()
    with mock_aws():
        opened = []
        patch_entrance(patches, clock.lock)

        def make(**options: Any) -> World:
            installed = install(clock, Place(), 7, **{"publication": IMMEDIATE, **options})
            opened.append(installed)
            endpoints = installed.__enter__()
            return World(
                clock,
                endpoints,
                *(client(n) for n in ("sagemaker", "sagemaker-runtime", "cloudwatch")),
            )

        yield make
        for installed in opened:
            installed.__exit__(None, None, None)
        patches.remove()
    clock.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A world with the usual options."""
    return make_world()
