"""The journal: who did what, when, to what; append-only and verifiable."""
