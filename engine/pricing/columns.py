"""Run a pricing formula over columns of any broadcastable shapes, a block of rows at a time."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
StatusArray = npt.NDArray[np.int8]

# Anything NumPy reads as numbers: a scalar, a list, an array.
Numbers = npt.ArrayLike

# A block's temporaries (32 kB each) stay in the processor's cache; larger blocks cost 1.5 times as much.
BLOCK_ROWS = 4096


def flags(is_call: npt.ArrayLike) -> BoolArray:
    """Return ``is_call`` as booleans: True (or 1) is a call, False (or 0) is a put.

    Raises TypeError for anything else, because the text "p" would otherwise count as true and price a call.
    """
    column = np.asarray(is_call)
    if column.dtype == np.bool_:
        return column
    if column.dtype.kind in "iu" and bool(np.all((column == 0) | (column == 1))):
        return column.astype(np.bool_)
    raise TypeError("is_call must be True for a call or False for a put")


def by_blocks(
    formula: Callable[..., tuple[npt.NDArray[np.generic], ...]],
    numbers: tuple[Numbers, ...],
    is_call: npt.ArrayLike,
    results: tuple[type[np.float64] | type[np.int8], ...],
) -> list[npt.NDArray[np.generic]]:
    """Apply ``formula(*numbers, is_call)`` row by row over the broadcast shape of its arguments.

    The formula receives flat float64 columns of one length; an argument with a single value arrives as a 0-d array, so
    that what depends on it alone (a discount factor) is computed once, except that a single row arrives with its first
    column 1-d. One array per entry of ``results`` comes back in the broadcast shape; a 0-d result is
    a NumPy scalar. Floating-point warnings are silenced: impossible rows carry NaN instead.

    Raises ValueError when the shapes do not broadcast, TypeError when something is not a number or a flag.
    """
    arguments = [np.asarray(column, dtype=np.float64) for column in numbers]
    arguments.append(flags(is_call))  # type: ignore[arg-type]  # the one boolean column
    shape = np.broadcast_shapes(*(column.shape for column in arguments))
    flat = [column.reshape(()) if column.size == 1 else _flat(column, shape) for column in arguments]
    rows = int(np.prod(shape))
    if rows <= 1:
        flat[0] = flat[0].reshape(-1)
    outputs: list[npt.NDArray[np.generic]] = [np.empty(rows, dtype=kind) for kind in results]
    with np.errstate(all="ignore"):
        for start in range(0, rows, BLOCK_ROWS):
            block = slice(start, start + BLOCK_ROWS)
            answers = formula(*(column if column.ndim == 0 else column[block] for column in flat))
            for output, answer in zip(outputs, answers, strict=True):
                output[block] = answer
    return [output.reshape(shape)[()] for output in outputs]


def _flat(column: npt.NDArray[np.float64], shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return a column stretched to ``shape`` and laid flat, without a copy where it already has that shape."""
    return (column if column.shape == shape else np.broadcast_to(column, shape)).reshape(-1)
