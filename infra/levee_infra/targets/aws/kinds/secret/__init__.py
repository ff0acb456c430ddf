"""`levee:aws:Secret`."""
