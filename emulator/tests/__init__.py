"""What the emulated account promises, each behaviour shown in one test."""
