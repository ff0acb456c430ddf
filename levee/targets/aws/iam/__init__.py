"""AWS policy documents: what levee writes, and what they allow. Pure: asks no account, needs no credentials."""
