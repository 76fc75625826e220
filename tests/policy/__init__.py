"""The access policy held against itself: the decision in Python beside the text in Cedar, both with errors put in."""
