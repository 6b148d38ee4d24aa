"""The power of the gate: which law sees which fault of the catalogue, measured and published."""
