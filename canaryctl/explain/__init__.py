"""`canaryctl explain`: why a rollout is where it is, what would change it, when, and what happens
if nobody acts.

Rules: `explanation` is a pure function of the stored record, the newest verdict and the newest tick
at a moment; it judges nothing anew and promises nothing that the controller would not do.
"""
