"""Records that may be one person: found, weighed, decided by people, merged and un-merged."""
