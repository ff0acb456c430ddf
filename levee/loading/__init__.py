"""Stack files become typed values, or a list of everything that is wrong with them. The only file input."""
