"""FHIR R4: one module a resource; `door` lets requests in, `searching` answers searches."""
