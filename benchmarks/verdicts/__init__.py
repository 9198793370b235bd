"""The judge beside the rules people use today, on the same simulated traffic.

Rules: the formulas of `canary.stats` over arrays of runs (a test holds them equal to the
originals), every cell seeded by its own name, no result kept that a second run would not give
again.
"""
