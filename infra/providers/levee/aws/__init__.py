"""``levee:aws:*``: what a regulated stream needs of Amazon Web Services, one kind of resource a file."""
