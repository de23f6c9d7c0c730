"""The pages of one's own account: registration, sign-in, security, profile."""
