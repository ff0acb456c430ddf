"""One ComponentResource a file: what belongs together in the state's tree."""
