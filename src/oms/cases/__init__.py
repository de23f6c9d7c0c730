"""Cases: how any application moves. Read `states.py`, then `actions.py`; see README.md."""
