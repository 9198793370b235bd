"""What a start reads of AWS, hands-off ones and the first share of each, and keeps in the table."""
