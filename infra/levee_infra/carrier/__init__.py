"""Carries a CloudWatch log group's events from their Kinesis data stream to a stream's topic, each exactly once.

One transaction of Kafka holds events and how far they bring the carrier (a checkpoint of their shard), so that an event
is on the topic if and only if a checkpoint says so. A consumer with `isolation.level=read_committed` sees each once.
"""
