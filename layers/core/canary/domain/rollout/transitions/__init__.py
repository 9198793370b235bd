"""Every change of a record, as a pure function from record to record.

The store writes the result under the revision it was made from. A phase changes through the table
in `phase.py` alone; nothing outside `domain/rollout` makes a changed record.
"""
