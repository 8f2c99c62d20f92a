"""What can be wrong with a journal; every message is a sentence for the trader."""


class JournalError(Exception):
    """Something about the journal that the user has to know; the message says what, where and what to do."""


class JournalUnwritableError(JournalError):
    """The facts could not be made durable: full, read-only or failing disk, or a server that is gone."""


class JournalInUseError(JournalError):
    """Another instance holds this journal."""


class JournalCorruptError(JournalError):
    """What lies there is damaged or does not follow from itself."""


class NotAJournalError(JournalError):
    """What lies there is missing, or is something else."""


class JournalNewerError(JournalError):
    """The journal was written by a later version of Legwork."""


class BadJournalAddressError(JournalError):
    """The journal's path or URL cannot be understood."""
