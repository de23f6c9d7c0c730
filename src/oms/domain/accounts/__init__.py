"""People who sign in: accounts, roles, consents, second factors. README.md says how."""
