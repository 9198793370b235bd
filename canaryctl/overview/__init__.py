"""`canaryctl list` and `canaryctl history`: all rollouts of a stack in a line each, and what became
of an endpoint's rollouts, by whom and why.

Rules: values first (`rows`, `events`), pure functions of what is stored; then how they are shown.
"""
