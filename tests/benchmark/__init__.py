"""Ratios of the platform's speed to a reference timed in the same run; see ``script/benchmark``."""
