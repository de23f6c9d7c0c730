"""The outside world of the demo and the tests: mail, SMS, an antivirus, registers.

They speak the true protocols, keep what arrives in one SQLite file, know a message that
comes twice, and fail when told to.
"""
