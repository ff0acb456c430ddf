"""`levee:aws:LogSubscription`."""
