"""`levee:ibm:Topic`."""
