"""What can go wrong with recordings, as sentences for a trader."""


class RecordingError(Exception):
    """A recording or a source cannot be used; the message says what, where and what to do."""


class RecordingMisuseError(RecordingError):
    """What was asked for makes no sense, whatever the files hold: an unknown kind, a missing source."""
