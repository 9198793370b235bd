"""`canaryctl doctor`: what only a deployed stack can tell, asked once and told line by line.

Rules: a check is a value, its function gets an `Account` to read from and returns a diagnosis; it
never decides what is printed or how the command ends. It reads alone, unless it says that it sends.
"""
