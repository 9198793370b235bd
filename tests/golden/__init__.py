"""Every kind of message in every form, as it reads: written by `python -m tests.golden`."""
