"""The parts of the lesson on tensors, one file each."""
