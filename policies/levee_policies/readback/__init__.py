"""Registered resources read back into what rules look at. One module for each kind of resource."""
