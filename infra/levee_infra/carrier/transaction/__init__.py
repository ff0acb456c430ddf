"""The Kafka side: transactions of events and checkpoints, and reading the checkpoints back."""
