"""What `sam build` left behind: every function with the folders that Lambda would put on its path.

Reads the built template alone, so that what is measured and imported is what would be deployed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LIMIT_BYTES = 262_144_000
"""Lambda's limit for a function and its layers, unzipped: 250 MB (AWS Lambda quotas)."""
ELF_MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
"""e_machine of an ELF header, by the name Lambda gives the architecture."""


@dataclass(frozen=True)
class BuiltFunction:
    """One function of the built artifact."""

    name: str
    """Its logical id in the template."""
    handler: str
    """Module and function, as in `app.handler`."""
    code: Path
    layers: tuple[Path, ...]

    @property
    def path(self) -> tuple[Path, ...]:
        """What Lambda puts on `sys.path` for it: the code, then `python` of every layer."""
        return (self.code, *(layer / "python" for layer in self.layers))

    @property
    def size_bytes(self) -> int:
        """The unzipped size that Lambda counts: code and layers."""
        return sum(size_bytes(folder) for folder in (self.code, *self.layers))


def read_artifact(build_dir: Path) -> tuple[BuiltFunction, ...]:
    """Return the functions in `build_dir/template.yaml`, layers of Globals first, as SAM
    concatenates them.
    """
    template = yaml.safe_load((build_dir / "template.yaml").read_text())
    shared = template.get("Globals", {}).get("Function", {})
    resources: dict[str, dict[str, Any]] = template["Resources"]
    return tuple(
        built_function(name, shared, resource["Properties"], resources, build_dir)
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    )


def built_function(
    name: str,
    shared: dict[str, Any],
    own: dict[str, Any],
    resources: dict[str, dict[str, Any]],
    build_dir: Path,
) -> BuiltFunction:
    """Return one function; `shared` are the properties of Globals, `own` those of the resource."""
    references = [*shared.get("Layers", []), *own.get("Layers", [])]
    folders = [
        build_dir / resources[each["Ref"]]["Properties"]["ContentUri"] for each in references
    ]
    handler: str = own.get("Handler") or shared["Handler"]
    return BuiltFunction(name, handler, build_dir / own["CodeUri"], tuple(folders))


def size_bytes(folder: Path) -> int:
    """Return the bytes of every file under `folder`."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def architectures(folder: Path) -> set[str]:
    """Return the architectures of the shared objects under `folder`; empty where all is pure
    Python.
    """
    return {architecture(file) for file in folder.rglob("*.so*") if file.is_file()}


def architecture(shared_object: Path) -> str:
    """Return the architecture in an ELF header (System V ABI: e_machine stands at byte 18)."""
    with shared_object.open("rb") as file:
        header = file.read(20)
    machine = int.from_bytes(header[18:20], "little")
    return ELF_MACHINES.get(machine, hex(machine)) if header[:4] == b"\x7fELF" else "not ELF"
