"""What a restart must give back: the state as it was, from the journal alone."""

from engine.core.records.books import Books


def differences(lived: Books, replayed: Books) -> list[str]:
    """Answer which parts of the state that was lost differ from the journal replayed; none where they agree."""
    return [name for name in Books.__struct_fields__ if getattr(lived, name) != getattr(replayed, name)]
