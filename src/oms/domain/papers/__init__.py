"""Issued papers: rendered, signed, kept for ever, verified. README.md says how."""
