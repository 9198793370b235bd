"""A model's answers: bytes to a document, a document to each record's value, a value to a
prediction, by the reading that the contract holds.

Rules: pure. One kind of bytes a module in `bodies`; `names` and `scores` are the two kinds of
values; `inference` makes a contract, `read` uses it. Nothing is guessed while reading: what does
not fit is an UnreadableAnswer of that variant on that record.
"""
