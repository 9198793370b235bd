"""How every command is called: the table of commands, loaded when they are used, their shared
options, exit codes and failures.

Rules: nothing here knows a stack, a rollout or AWS; it costs what typer costs.
"""
