"""One file = one public service. A file dropped here is on offer; nothing else is edited."""
