"""What the kernel is asked to hold a submission with, one layer a file; none of them knows what it confines."""
