"""Who changes how many instances a variant has, besides a person."""
