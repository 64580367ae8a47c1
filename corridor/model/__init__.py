"""What the world is: records, networks, changes, formulas, and the data shipped with the library."""
