"""Hands-off starts: rollouts that begin by themselves, once each."""
