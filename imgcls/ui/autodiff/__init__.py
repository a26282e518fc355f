"""The three parts of the lesson on automatic differentiation, and what they share."""
