"""Look into a saved arrangement of the docking library before it is handed over."""

import re
import zlib

_LENGTH_BYTES = 4  # Qt writes the length in front of what it compresses
_LARGEST = 1_000_000  # bytes, unpacked; a hundred panels need a twentieth
_NAMES = re.compile(rb'<Widget Name="([^"]*)"')


def panels_named(state: bytes) -> set[str]:
    """Return the ids of the panels in a saved arrangement; none for bytes that are not one.

    Looked at before the library does, which complains about others on the console, and unpacks whatever size.
    """
    try:
        document = zlib.decompressobj().decompress(state[_LENGTH_BYTES:], _LARGEST)
    except zlib.error:
        return set()
    if b"QtAdvancedDockingSystem" not in document or len(document) >= _LARGEST:
        return set()
    return {name.decode("utf-8", errors="replace") for name in _NAMES.findall(document)}
