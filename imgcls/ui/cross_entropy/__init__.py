"""The pictures and parts of the cross-entropy lesson."""
