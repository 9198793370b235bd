"""What it costs to begin a command, beside what it cannot do without."""
