"""«Дети и подопечные»: adding them, going over to their cabinets, keeping the right in hand."""
