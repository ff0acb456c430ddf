"""What levee costs, measured on real brokers: `make bench`."""
