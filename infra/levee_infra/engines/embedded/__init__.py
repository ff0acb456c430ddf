"""Runs the Pulumi program where the Pulumi CLI is not installed: for laptops, tests and CI."""
