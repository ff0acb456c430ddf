"""A plan as tables or canonical JSON."""
