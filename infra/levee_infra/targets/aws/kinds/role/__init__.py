"""`levee:aws:Role`."""
