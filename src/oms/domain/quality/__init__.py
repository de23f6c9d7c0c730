"""Качество данных (REG-5): rules, findings, repairs."""
