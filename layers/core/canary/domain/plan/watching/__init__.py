"""What a spec asks to be watched."""
