"""`levee:aws:Key`."""
