"""The outside world, one file each: a Protocol, the real one, a simulator."""
