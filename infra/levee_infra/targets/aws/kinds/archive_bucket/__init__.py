"""`levee:aws:ArchiveBucket`."""
