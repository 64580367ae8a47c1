"""The linear program, HiGHS and what is read from one solved state. Start with flow.py.

Nothing here reads files or draws random numbers.
"""
