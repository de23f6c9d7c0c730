"""How surely two records are one person: one model for a single pair and for millions.

`model` holds fields, levels and weights, and weighs a pair by itself; `engine` gives the same
levels to Splink, which learns the weights and compares in bulk; `tables` links any CSV file.
"""
