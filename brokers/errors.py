"""What can go wrong with a broker; the class says what to do about it."""


class BrokerError(Exception):
    """Trouble with a broker, said in a sentence for the trader; adapters turn it into reports."""


class NotSentError(BrokerError):
    """Proven never to have left this machine: safe to send again."""


class OutcomeUnknownError(BrokerError):
    """The request may have arrived: only the broker's books can tell; never send it again blindly."""


class RefusedError(BrokerError):
    """A definite no: give up or change the request."""


class SessionLostError(RefusedError):
    """The broker's session has ended: log in again."""


class BooksUnreadableError(BrokerError):
    """The broker's books cannot be read: nothing may be concluded from them."""
