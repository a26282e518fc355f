"""imgcls: seeing how image classification works, from pixels to probabilities."""
