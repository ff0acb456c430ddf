"""`levee:aws:Alarm`."""
