"""Documents in and out: networks and scenarios as files, one module a format. Start with network.py.

Nothing here knows what ships or solves anything.
"""
