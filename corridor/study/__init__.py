"""Questions over several states, one a module, named after its function. Start with compare.py.

Nothing here draws pictures or prints.
"""
