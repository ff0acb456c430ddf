"""The Pulumi side of levee: program, components, targets, providers, engines and the local cluster."""
