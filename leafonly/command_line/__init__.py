"""The subcommands of `leafonly`, one module each.

A module has `add`, which declares the command and its arguments, and names the function that
runs it: `set_defaults(run=...)`. That function takes the parsed arguments and returns the exit
code. It imports what it needs itself, because `look` must not wait for the import of the clients.

A ValueError or OSError that it raises ends the program with one line and exit code 2.
"""
