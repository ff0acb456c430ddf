"""levee as it is installed: from its wheel."""
