"""Whether an evaluation can be believed at all: what was decided in counts, the doubts in them, and
the findings held against those.

Rules: pure; nothing implausible passes, and nothing is left out without being told.
"""
