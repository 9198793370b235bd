"""How many instances a variant gets: limits of the account, and Application Auto Scaling."""
