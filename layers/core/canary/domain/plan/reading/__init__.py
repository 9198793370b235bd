"""What a document that does not read as a spec is told."""
