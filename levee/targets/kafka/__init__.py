"""Target kafka, pure: brokers that somebody runs."""
