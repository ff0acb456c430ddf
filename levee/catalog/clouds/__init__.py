"""Names that tell where a thing lies, cloud by cloud: ARNs, CRNs, hosts, buckets. Facts only, each with its source."""
