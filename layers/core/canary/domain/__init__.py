"""The rules of a rollout as values and pure functions: no client, no clock, no environment."""
