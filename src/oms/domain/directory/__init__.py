"""Insurers, funds, clinics, reference books by date, working days."""
