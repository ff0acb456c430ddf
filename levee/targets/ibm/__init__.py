"""Target ibm, pure: what of IBM Cloud may be declared and checked. Nothing of it is provisioned yet."""
