"""Training with an implementation's own gradients: draws, steps, checkpoints, what vectors are worth, a witness."""
