"""A promotion is undone only on the endpoint it left."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import GONE, EndpointView
from canary.domain.rollout.way_back import check_way_back
from tests.rollouts import a_record, a_view

PROMOTED = a_record()
VIEW = a_view(PROMOTED.expected_target)


def changed(name: str, **fields: Any) -> EndpointView:
    """Return the endpoint with one variant changed."""
    variants = tuple(v.but(**fields) if v.name == name else v for v in VIEW.variants)
    return VIEW.but(variants=variants)


SAFE = next(name for name, weight in PROMOTED.plan.safe_target.weights.items() if weight)


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (GONE, "does not exist any more"),
        (VIEW.but(config_name="another"), "has configuration another since"),
        (changed(SAFE, current_weight=7.0), "somebody moved"),
        (changed(SAFE, current_count=0), f"{SAFE} has no instance"),
    ],
)
def test_an_endpoint_that_is_not_as_it_was_left_is_refused(view: EndpointView, words: str) -> None:
    """With what was seen; nothing is overwritten and nobody is left without an answer."""
    with pytest.raises(Refused, match=words):
        check_way_back(PROMOTED, view)


@pytest.mark.parametrize(
    "view", [VIEW, changed(SAFE, current_count=1), VIEW.but(status="Updating")]
)
def test_an_endpoint_as_it_was_left_may_go_back(view: EndpointView) -> None:
    """A busy one too: the restore waits."""
    check_way_back(PROMOTED, view)
