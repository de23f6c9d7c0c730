"""People of a whole region, invented by millions, with a truth about who is there twice."""
