"""Dashboards at the size of years: histories whose truth is known, the rows a follower makes of them, and questions.

`python -m benchmarks.dashboards years --kept FOLDER --seconds N` makes them in stages, goes on where it stopped, and
measures once everything is there; `trees` does so for cascades of very different size. The rows are made of the numbers
(`filling`, which a test compares with the follower); with `--followed` a log is written, and the follower reads it.
"""
