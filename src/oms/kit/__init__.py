"""What any program needs: an expected no, and background work."""
