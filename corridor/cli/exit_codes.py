"""Exit codes of the command line."""

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130
