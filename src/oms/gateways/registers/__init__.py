"""The state's registers: identity documents, pensions, taxes, civil status. One file each."""
