"""Numbers as traders type and paste them: with ₹, grouped in lakh and crore, in the digits of other scripts."""

import re
import unicodedata

_LONGEST = 400
"""Letters; what is longer is no number that anybody means, and is shown and refused as it is."""
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?")
"""In lakh and crore or in thousands; "12,34" may be meant as a fraction and is no number here."""
_MINUS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "－": "-", "．": ".", "，": ","})


def typed_number(text: str) -> str:
    """Answer a typed number in plain digits; what is none comes back as it was typed, without blanks around it."""
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST:
        return stripped
    plain = "".join(_digit(letter) for letter in stripped.translate(_MINUS)).removeprefix("₹").strip()
    if _GROUPED.fullmatch(plain):
        return plain.replace(",", "")
    return plain if re.fullmatch(r"[+-]?\d+(?:\.\d+)?", plain) else stripped


def _digit(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)
