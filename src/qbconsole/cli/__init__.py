"""The command line: every key has a command, every answer also as JSON."""
