"""What a minute of very many rollouts is made of: slices."""
