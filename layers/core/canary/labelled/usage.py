"""How many tokens a generated answer took, where the answer says so."""

import json
from typing import Any

_MARKS = (b'"usage"', b'"generated_tokens"')
_IN_USAGE = ("completion_tokens", "output_tokens")


def tokens_in(body: bytes) -> int | None:
    """Return the generated tokens an answer tells of; None where it tells none.

    Read: `usage.completion_tokens` (OpenAI's chat and text completions), `usage.output_tokens`
    (Anthropic's messages), `details.generated_tokens` (Text Generation Inference).
    """
    if not any(mark in body for mark in _MARKS):
        return None
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        return None
    found = [_count(document.get("usage"), key) for key in _IN_USAGE]
    found.append(_count(document.get("details"), "generated_tokens"))
    return next((count for count in found if count is not None), None)


def _count(inner: Any, key: str) -> int | None:
    count = inner.get(key) if isinstance(inner, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else None
