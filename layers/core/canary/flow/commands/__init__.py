"""What a person may order, as it is read, and the orders that answer a question."""
