"""The use cases: each reads through ports, asks the domain, records, then acts."""
