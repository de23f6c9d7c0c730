"""Planned works and outages: what does not work, since when, until when, for whom."""
