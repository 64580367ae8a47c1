"""What ships with the package: networks, scenarios, observations and the starter. Start with networks.py.

Names of shipped things are resolved here and nowhere below.
"""
