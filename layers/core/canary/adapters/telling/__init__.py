"""How it is told: topics with their subscribers, and measures."""
