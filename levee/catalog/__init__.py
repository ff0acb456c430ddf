"""Facts as data: what roles mean on each platform, which settings Kafka knows."""
