"""The lecture's operations in plain torch, one file a topic, each beside its derivative. No screen."""
