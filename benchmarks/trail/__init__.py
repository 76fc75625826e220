"""Searching a long log: a year of a brand's events, made in SQL, and every question that the console asks of it."""
