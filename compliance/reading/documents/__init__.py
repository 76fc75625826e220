"""Text out of documents. Only confined processes open them (`document`): they were made by strangers.

Nothing is imported here: who only reads our own text out of a subtitle (`subtitles`) needs no library for Office files.
"""
