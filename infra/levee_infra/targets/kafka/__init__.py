"""Target kafka, live: plain Kafka brokers."""
