"""`levee:ibm:LogsStream`."""
