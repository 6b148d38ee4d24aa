"""From a SPEC to calls and their outcomes: loading, the shared interface, and the worker process."""
