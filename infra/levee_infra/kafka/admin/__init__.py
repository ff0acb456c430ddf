"""Administration of a Kafka cluster: one connection, its privileges proved, its requests batched."""
