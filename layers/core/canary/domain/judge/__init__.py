"""From windows to a verdict: pure functions over plan, bakes and counted minutes."""
