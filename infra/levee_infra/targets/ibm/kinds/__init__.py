"""The resources of an IBM Cloud account that the levee provider makes, a folder each."""
