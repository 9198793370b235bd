"""Whether what a command wrote under --json is what is published of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from canaryctl.answers.published import ANSWERS, LINES

ROOT = Path(__file__).parents[1]


def checked(name: str, written: str) -> list[Any]:
    """Return the documents that a command wrote; each must fit its published schema, and hold no
    key that is not in it.
    """
    by_line = name in LINES and not written.lstrip().startswith("[")
    texts = written.splitlines() if by_line else [written]
    schema = json.loads((ROOT / f"docs/schema/canaryctl/{name}.json").read_text(encoding="utf-8"))
    documents = [json.loads(text) for text in texts]
    for document in documents:
        Draft202012Validator(schema).validate(document)
        TypeAdapter(ANSWERS[name]).validate_python(document)
    return documents
