"""One rule a file. No rule knows another, Pulumi, a file or a clock; `policies.registry` lists them."""
