"""`levee:aws:DataStream`."""
