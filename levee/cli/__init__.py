"""The `levee` command."""
