"""The brief: one file of HTML for people who decide. Start with report.py."""
