"""From counts to trained vectors: where the expected gradients of both losses vanish, on the counts of a real text."""
