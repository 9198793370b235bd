"""Alarms that come alive: what they watch, when they ring, and what they tell."""
