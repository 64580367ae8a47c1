"""What the world is and what may change: records, networks, scenarios, formulas. Start with network.py.

Nothing here reads files, solves or draws; what ships is in `library`.
"""
