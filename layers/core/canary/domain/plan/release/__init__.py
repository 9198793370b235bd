"""What is built before a rollout and left after it: configurations, and the canary's variant."""
