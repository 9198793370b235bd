"""The bets of a bake: what they compare with, and what they come to together."""
