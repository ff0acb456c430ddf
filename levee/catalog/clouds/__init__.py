"""Names that tell where a thing lies, cloud by cloud: ARNs, CRNs, host names, buckets. Facts only, each with its source."""
