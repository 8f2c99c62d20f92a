"""The two ways in which a command can end badly, each with a sentence for the trader."""


class MisuseError(Exception):
    """What was asked cannot be meant: exit status 2."""


class FailureError(Exception):
    """What was asked is right and went wrong: exit status 1."""
