"""The keys of each kind of stack file, as cerberus schemas. Example values in `meta` end up in help texts."""
