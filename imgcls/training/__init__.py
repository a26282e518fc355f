"""Training: a generator of frozen records, and the worker processes that run it."""
