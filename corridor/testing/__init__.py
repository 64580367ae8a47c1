"""Scenario files as checks, and stored tables. Start with check.py."""
