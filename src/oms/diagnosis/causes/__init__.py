"""One file, one cause."""
