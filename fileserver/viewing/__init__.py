"""Viewing: visits by viewers, previews by employees, and the HTTP side of the one sealed exit."""
