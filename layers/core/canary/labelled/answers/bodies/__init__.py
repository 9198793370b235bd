"""What the bytes of an answer are: CSV, JSON in its forms, tensors, npy."""
