"""Django commands of the kit."""
