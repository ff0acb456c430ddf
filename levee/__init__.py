"""levee keeps a regulated log stream inside its banks: its account, its region, its roles."""

__version__ = "0.2.0"
