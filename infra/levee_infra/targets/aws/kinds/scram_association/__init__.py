"""`levee:aws:ScramAssociation`."""
