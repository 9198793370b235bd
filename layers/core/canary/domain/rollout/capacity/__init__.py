"""A rollout's instances: what was asked of them, what is due next, what was left."""
