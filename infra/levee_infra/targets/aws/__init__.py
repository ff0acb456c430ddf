"""Target aws, live: the account's API, checks before a change, registration, kinds and proof."""
