"""What is the reader's own: who they are, their sessions and API tokens, their password and language."""

ROUTES = ()
