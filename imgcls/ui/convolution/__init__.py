"""The three parts of the convolution lesson, and what they share."""
