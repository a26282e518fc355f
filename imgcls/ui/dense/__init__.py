"""The parts of the dense lesson."""
