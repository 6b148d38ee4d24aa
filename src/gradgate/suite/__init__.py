"""What the property-based tests and the benchmarks are written with."""
