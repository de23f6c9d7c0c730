"""Rules of law as pure functions: no database, no framework, no clock, no network.

Read one file to learn one rule; its docstring names the statute or the standard it follows.
"""
