"""How likely and how bad: outages drawn, simulated years, measures of loss. Start with simulate.py.

Rates from the record of interruptions are worked out in `study`.
"""
