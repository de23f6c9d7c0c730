"""Pages on which a person confirms who they are."""
