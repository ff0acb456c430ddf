"""From a declaration to what shall exist. Pure and deterministic."""
