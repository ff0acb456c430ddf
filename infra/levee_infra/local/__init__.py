"""Real Kafka on loopback for laptops, tests and CI: three brokers, secured as a production cluster is."""
