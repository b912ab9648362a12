"""Checking what a stage made against suites that people can read, and stopping the run when trust is at stake."""
