"""Nothing but the right functions."""
