"""The face for programs: resources of FHIR under /fhir/r4/."""
