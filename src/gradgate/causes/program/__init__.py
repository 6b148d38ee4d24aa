"""The cause in the program: what it does wrong whatever it computes."""
