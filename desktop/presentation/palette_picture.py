"""Turn a picture of the window into one of 256 colours: a third of the bytes, and no difference to the eye."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

_COLOURS = 256
_CHANNELS = np.array([16, 8, 0])
"""Where red, green and blue stand in a pixel."""
_OPAQUE = 0xFF000000


def with_palette(picture: QImage) -> QImage:
    """Answer the picture in its 256 commonest colours; every other pixel takes the nearest of them."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    width, height = plain.width(), plain.height()
    words = np.frombuffer(plain.constBits(), dtype=np.uint32).reshape(height, plain.bytesPerLine() // 4)
    colours, places, counts = np.unique(words[:, :width] & 0xFFFFFF, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(-counts, kind="stable")[:_COLOURS]]
    pixels = _nearest(colours, kept)[places].reshape(height, width)
    # A line of an indexed picture takes a multiple of four bytes.
    lines = np.pad(pixels, ((0, 0), (0, -width % 4)))
    answer = QImage(lines.tobytes(), width, height, lines.shape[1], QImage.Format.Format_Indexed8).copy()
    answer.setColorTable([int(colour) | _OPAQUE for colour in kept])
    answer.setDevicePixelRatio(picture.devicePixelRatio())
    return answer


def _nearest(colours: npt.NDArray[np.uint32], kept: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Answer for each colour the number of the nearest kept one."""
    wanted, known = _channels(colours), _channels(kept)
    distances = (wanted**2).sum(axis=1)[:, None] - 2 * wanted @ known.T + (known**2).sum(axis=1)
    answer: npt.NDArray[np.uint8] = distances.argmin(axis=1).astype(np.uint8)
    return answer


def _channels(colours: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
    answer: npt.NDArray[np.float64] = ((colours.astype(np.int64)[:, None] >> _CHANNELS) & 0xFF).astype(np.float64)
    return answer
