"""The linear program, HiGHS and what is read from one solved state. Start with flow.py, the last module.

What its other modules share is in solution.py. Nothing here reads files or draws random numbers.
"""
