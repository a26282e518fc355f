"""The parts of the pooling lesson."""
