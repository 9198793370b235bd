"""Every kind of message, one class each: its numbers, how grave it is, and how it reads."""
