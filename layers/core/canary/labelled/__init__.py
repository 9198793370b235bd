"""Reading labelled sets, building requests and reading answers: pure parsing, no AWS call and no clock.

Rules: a file in, values out. Whatever cannot be read is named by row and field; nothing is guessed silently.
"""
