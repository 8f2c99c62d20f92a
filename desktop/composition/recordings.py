"""Recordings as commands see them: imported, opened, written, with their errors."""

from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.importing import KINDS, ImportOptions, import_recording
from engine.runtime.recording.index_1min import BarLabel
from engine.runtime.recording.layout import Header
from engine.runtime.recording.reader import Recording, open_recording

__all__ = [
    "KINDS",
    "BarLabel",
    "Header",
    "ImportOptions",
    "Recording",
    "RecordingError",
    "RecordingMisuseError",
    "import_recording",
    "open_recording",
]
