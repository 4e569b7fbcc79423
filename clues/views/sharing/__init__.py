"""Pages of information sharing (L10), by what they show."""
