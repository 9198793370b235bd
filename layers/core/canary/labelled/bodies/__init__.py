"""Request bodies: examples in, bytes out, in the form the model takes."""
