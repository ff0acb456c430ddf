"""One rule a file. No rule knows another, Pulumi, a file or a clock; `levee_policies.registry` lists them."""
