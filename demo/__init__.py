"""The main job on real input: an order that survives two kills."""
