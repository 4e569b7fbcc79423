"""The demo county: committed data and deterministic generators, free of Django."""
