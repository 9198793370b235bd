"""State machines: executions, states, task tokens."""
