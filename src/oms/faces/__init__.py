"""How people and programs reach us. No rules here, and no rows made here."""
