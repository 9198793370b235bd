"""What decides, where the set or a scorer of one's own has a say in it."""
