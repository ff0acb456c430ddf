"""Carrying a stack out: the Pulumi CLI where it is installed, the embedded engine where it isn't."""
