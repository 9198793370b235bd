"""Capacity before weight: how many instances a share needs, and who changes how many there are."""
