"""The brief: one HTML file for decision makers. Start with report.py."""
