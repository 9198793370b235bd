"""Map and Parallel: side by side on one clock, ended by the first that fails."""

from __future__ import annotations

from emulator.tests.small_account import SmallAccount


def test_a_map_runs_its_items_side_by_side(account: SmallAccount) -> None:
    """An inline Map keeps the order of items and runs MaxConcurrency of them at once."""
    processor = {
        "StartAt": "Pause",
        "States": {"Pause": {"Type": "Wait", "SecondsPath": "$.wait", "End": True}},
    }
    state = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemSelector": {"wait.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index"},
        "MaxConcurrency": 2,
        "ItemProcessor": processor,
        "End": True,
    }
    answer = account.output({"Each": state}, {"items": [30, 10, 10]})
    assert answer == [{"wait": 30, "at": 0}, {"wait": 10, "at": 1}, {"wait": 10, "at": 2}]
    assert account.seconds == 30


def test_a_map_reads_its_concurrency_from_its_input(account: SmallAccount) -> None:
    """MaxConcurrencyPath selects how many items run at once; anything but a whole number fails the
    state.
    """
    processor = {
        "StartAt": "Pause",
        "States": {"Pause": {"Type": "Wait", "SecondsPath": "$", "End": True}},
    }
    state = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrencyPath": "$.most",
        "ItemProcessor": processor,
        "ResultPath": None,
        "End": True,
    }
    given = {"items": [10, 10, 10], "most": 1}
    assert account.output({"Each": state}, given) == given
    assert account.seconds == 30
    assert account.run({"Each": state}, {"items": [10], "most": "two"})["error"] == "States.Runtime"


def test_a_failing_branch_ends_the_others(account: SmallAccount) -> None:
    """Parallel fails with the first error; the other branches are not waited for."""
    branches = [
        {"StartAt": "Long", "States": {"Long": {"Type": "Wait", "Seconds": 1000, "End": True}}},
        {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "Bad"}}},
    ]
    answer = account.run({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    assert (answer["error"], account.seconds) == ("Bad", 0)
