"""The statistics of a verdict: betting processes, pure and checkpointable.

Rules: the standard library only, frozen values in and out, logarithms throughout (nothing
overflows), no clock, no randomness. An evidence number E may be read at any moment: under its null
hypothesis the chance that it *ever* reaches 1/alpha is at most alpha (Ville 1939).
"""
