"""`levee:aws:ClusterPolicy`."""
