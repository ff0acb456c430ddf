"""Resource provider plugins, each a folder of its own, and the protocol layer they share."""
