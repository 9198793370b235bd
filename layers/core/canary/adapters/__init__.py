"""One module per AWS service: they fetch and write, they never judge."""
