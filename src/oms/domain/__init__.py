"""What we keep. Rooms import only rooms below them (see pyproject.toml, import contracts)."""
