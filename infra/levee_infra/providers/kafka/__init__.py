"""A drop-in for the pulumi-kafka plugin: the same schema, ids and state, batched and safe."""
