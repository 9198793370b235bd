"""Alarms, metrics and when they are published."""
