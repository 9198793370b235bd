"""Every kind of model in examples/, from its set over HTTP to a verdict."""
