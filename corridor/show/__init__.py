"""For eyes: maps, diagrams and charts, drawn with matplotlib; the only room that imports it."""
