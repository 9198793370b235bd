"""Telling: what waits in a record's outbox goes out, by every channel, with its numbers."""
