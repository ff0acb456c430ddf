"""The Pulumi CLI as an engine."""
