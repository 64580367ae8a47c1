"""Pictures, cards and the brief. Start with map.py or brief/report.py.

Nothing here computes what a table could hold.
"""
