"""Stack files become typed values, or a list of everything that is wrong with them. The only file input.

`load.load_stack` is the way in, `locate.locate` the way back from a value to its place in a file.
"""
