"""The life of a rollout: its record, its phases, every change of it, and what is told."""
