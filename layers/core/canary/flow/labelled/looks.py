"""When an evaluation looks at its tests and saves: by records asked, and by time; and when it gives
up.
"""

BATCH_RECORDS = 50
LOOKED_AT_CLOSELY = 5_000
LOOK_EVERY_SECONDS = 15.0
"""Slow endpoints are looked at by time, so that a call that is cut off loses little."""

BELIEVED_WITHIN = 2_000
"""Asked records after which an evaluation that cannot be believed stops asking for more."""
HOPELESS_AFTER = 20
"""Records that all fail on both variants before the evaluation stops asking: the setting is wrong,
not the models.
"""


def look_every(position: int) -> int:
    """Return how many records lie between two looks: 50 up to 5,000 records, from there on twice as
    many each time the records double, which is 1% to 2% of them.

    Looks are the only work that does not follow from a record; the tests hold wherever they fall.
    """
    return BATCH_RECORDS << max(0, (position // LOOKED_AT_CLOSELY).bit_length())
