"""`levee:ibm:ServiceId`."""
