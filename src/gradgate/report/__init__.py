"""What a run prints for people, and the document that it writes for machines."""
