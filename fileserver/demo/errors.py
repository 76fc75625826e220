"""Why a demo can't start or go on."""


class DemoError(Exception):
    """The message is for the person at the terminal: what is wrong, and what to do."""
