"""The AWS side of an evaluation: sets and predictions in S3, calls of variants, the evidence."""
