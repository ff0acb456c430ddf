"""The AWS API for tests: a process of its own on loopback, that counts calls and fails on demand."""
