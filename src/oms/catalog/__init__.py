"""What we offer: one file of `services/` is one public service.

Read `declaration.py` to see what a service is, then any service; `catalogue.py` finds them all.
"""
