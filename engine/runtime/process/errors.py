"""What goes wrong between the window's process and the engine's."""


class EngineProcessError(Exception):
    """The engine's process cannot be started, or ended while it opened; the message is a sentence for the trader."""
