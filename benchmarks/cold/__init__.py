"""Cold starts of the functions, each beside its floor."""
