"""What every target with Kafka brokers shares: their administration, credentials and what is asked before a change."""
