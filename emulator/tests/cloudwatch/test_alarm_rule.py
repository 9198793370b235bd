"""When an alarm rings: M of N datapoints, and what missing ones count for."""

import pytest

from emulator.cloudwatch.alarms.rule import AlarmRule

X = 9.0  # a value beyond the threshold of 5

# The tables of "Configuring how CloudWatch alarms treat missing data": newest point last, X is
# beyond the threshold.
THREE_OF_THREE = [
    ("0 - X - X", "OK", "OK", "OK", "OK"),
    ("0 - - - -", "OK", "OK", "OK", "OK"),
    ("- - - - -", "INSUFFICIENT_DATA", "now", "ALARM", "OK"),
    ("0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"),
    ("- - X - -", "ALARM", "now", "ALARM", "OK"),
]
TWO_OF_THREE = [
    ("0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"),
    ("0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"),
    ("0 - X - -", "OK", "OK", "ALARM", "OK"),
    ("- - - - 0", "OK", "OK", "ALARM", "OK"),
    ("- - - X -", "ALARM", "now", "ALARM", "OK"),
]


@pytest.mark.parametrize(
    ("needed", "row"),
    [(3, row) for row in THREE_OF_THREE] + [(2, row) for row in TWO_OF_THREE],
    ids=str,
)
def test_missing_data_is_treated_as_cloudwatch_says(needed: int, row: tuple[str, ...]) -> None:
    """Every row of the User Guide's two tables comes out, for all four treatments."""
    newest_first = [{"0": 0.0, "X": X, "-": None}[letter] for letter in reversed(row[0].split())]
    for treatment, expected in zip(
        ("missing", "ignore", "breaching", "notBreaching"), row[1:], strict=True
    ):
        rule = AlarmRule("GreaterThanThreshold", 5, 3, needed, treatment)
        assert rule.state(newest_first, "now") == expected, treatment


def test_m_of_n_does_not_need_neighbouring_minutes() -> None:
    """Two of three breaching minutes are enough, one is not."""
    rule = AlarmRule("GreaterThanOrEqualToThreshold", 5, 3, 2)
    assert rule.state([5, 0, 5, 0, 0], "OK") == "ALARM"
    assert rule.state([5, 0, 0, 5, 5], "OK") == "OK"
