"""What a rollout builds before it and leaves after it: whose the endpoint is meanwhile."""
