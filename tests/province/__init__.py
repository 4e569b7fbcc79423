"""A simulated province: a day of traffic against a really listening platform, and the account of
every record at its end."""
