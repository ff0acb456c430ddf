"""Pulumi's provider protocol: one plugin, its values, batching of what the engine asks at once."""
