"""The ways in which levee itself logs in to brokers: one module each, and a line in `registry`."""
