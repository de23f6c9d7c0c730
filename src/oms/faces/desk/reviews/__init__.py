"""Reviews at the desk: moderation and answers."""
