"""How often the likely cause that is named is the true one: measured on the faults of the catalogue and on files."""
