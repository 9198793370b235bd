"""What a labelled set says of both variants: paired tests, their evidence and findings."""
