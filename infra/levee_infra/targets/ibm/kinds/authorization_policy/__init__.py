"""`levee:ibm:AuthorizationPolicy`."""
