"""Office documents as PDF, made by LibreOffice in a jail.

`archive` says what such a file is before anything opens it, `settings` is what the program is told, `convert` is the
process that does it. Leaves starting and ending that process to its parent.
"""
