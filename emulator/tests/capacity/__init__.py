"""Limits of instances, and Application Auto Scaling."""
