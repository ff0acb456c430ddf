"""How planned things become resources of a platform."""
