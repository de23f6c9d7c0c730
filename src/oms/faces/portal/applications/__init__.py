"""How a citizen files an application and follows it."""
