"""Duplicates at the desk of the fund."""
