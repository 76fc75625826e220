"""Dashboards at the size of years: histories whose truth is known, the rows a follower makes, and the questions."""
