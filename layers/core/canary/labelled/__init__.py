"""Reading labelled sets, building requests and reading answers: pure parsing, no AWS call and no
clock.

Rules: a file in, values out. Whatever cannot be read is named by row and field; nothing is guessed
silently. What is said names rows, columns of the spec and kinds, never a value of the set or of an
answer: it is logged and told. Where a library's own error quotes what it could not read, the chain
to it is cut.
"""
