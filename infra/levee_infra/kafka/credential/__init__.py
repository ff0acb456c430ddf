"""A service's credential on Kafka brokers: SCRAM users of its generations, and its ACLs."""
