"""Clues, warnings and the formal letters between departments."""
