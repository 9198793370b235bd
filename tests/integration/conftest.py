"""The deployed application, one stage a test."""

from collections.abc import Iterator

import pytest

from tests.integration.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A good canary at weight 0 under steady traffic."""
    with Stage() as ready:
        yield ready
