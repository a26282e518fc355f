"""The pictures of the softmax lesson."""
