"""What a value in a file must look like: the words that schemas are made of, those of files and of targets' blocks."""
