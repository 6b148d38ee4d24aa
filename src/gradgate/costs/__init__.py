"""What the losses cost: time, bytes and work, how they grow, and the gates that keep the figures honest."""
