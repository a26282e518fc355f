"""The parts of the activations lesson."""
