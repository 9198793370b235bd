"""The deployed definition on our engine and on moto's, path by path."""
