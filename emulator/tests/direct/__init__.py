"""Emulated time: the loop, its threads, the account's lock."""
