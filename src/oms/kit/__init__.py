"""What any program needs: an expected no, background work, money of typing."""
