"""One ComponentResource a file: what belongs together in the state's tree. What has one resource needs none."""
