"""Demonstration: the letter-box and the doors into the synthetic world."""
