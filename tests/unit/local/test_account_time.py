"""The time of an account on this machine, from outside its process."""

from datetime import UTC, datetime, timedelta

import pytest

from local.account_time import account_now, is_here


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://localhost:4566/", True),
        ("https://vpce-1.sagemaker.eu-west-1.amazonaws.com", False),
        ("", False),
    ],
)
def test_only_this_machine_is_asked(url: str, *, here: bool) -> None:
    """An endpoint of AWS has the wall's time."""
    assert is_here(url) == here


def test_an_account_that_does_not_answer_has_the_walls_time() -> None:
    """Nothing listens there."""
    assert abs(account_now("http://127.0.0.1:9") - datetime.now(UTC)) < timedelta(minutes=1)
