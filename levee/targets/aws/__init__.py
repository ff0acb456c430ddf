"""Amazon Web Services: what a stack there is made of. Pure: asks no account, needs no credentials."""
