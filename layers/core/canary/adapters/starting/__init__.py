"""What a hands-off start reads of AWS, and keeps in the table."""
