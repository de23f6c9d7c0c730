"""Documents that people bring: received, checked, kept encrypted, shown only to who may see."""
