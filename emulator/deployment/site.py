"""Where resources are made and what a made one answers to references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.functions.asynchronous import EventSettings
from emulator.place import Place

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """A resource as references see it: Ref, and its attributes."""

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """Where resources are made: boto3 clients, the source tree, and what the emulator keeps beside
    moto.
    """

    client: Callable[[str], Any]
    root: Path
    place: Place
    code: dict[str, Path]
    event_settings: dict[str, EventSettings]
    layers: list[Path]


Maker = Callable[[Site, str, Properties], Made]
