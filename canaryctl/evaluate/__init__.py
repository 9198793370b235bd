"""`canaryctl evaluate`: a labelled set through both variants of any endpoint, and what it says
about the canary.

Rules: the command parses, runs and shows; its options live in `options`, a group a room of the
quality guard, each of which turns into that room's keys of a spec.
"""
