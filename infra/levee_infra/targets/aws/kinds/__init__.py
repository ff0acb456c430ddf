"""The resources of an AWS account that the levee provider makes, a folder each."""
