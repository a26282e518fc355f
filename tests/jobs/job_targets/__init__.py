"""Not tests: generator functions for workers to run in test_jobs.py, most of them ill-behaved on purpose."""
