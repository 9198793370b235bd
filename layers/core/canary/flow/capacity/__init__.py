"""Instances before weight, and back at the end."""
