"""«Полиса нет в кабинете»: why, in plain words; what can be mended at once, and the way on."""
