"""The command line. Start with main.py."""
