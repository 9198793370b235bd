"""Places: how many canaries may serve at once."""
