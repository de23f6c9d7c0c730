"""Quality of the register at the desk: the board, the work list, repairs."""
