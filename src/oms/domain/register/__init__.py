"""The register of insured persons (ЕРЗЛ): persons, policies, insurance, search."""
