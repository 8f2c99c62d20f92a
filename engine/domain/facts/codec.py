"""Facts as the bytes that the journal keeps and hashes, and back."""

import msgspec

from engine.domain.facts import AnyFact

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(AnyFact)


def encode(fact: AnyFact) -> bytes:
    """Answer a fact as the bytes that the journal keeps and hashes."""
    return _encoder.encode(fact)


def decode(body: bytes) -> AnyFact:
    """Answer the fact in a journal's bytes. Raises msgspec.ValidationError for bytes that are none."""
    fact: AnyFact = _decoder.decode(body)
    return fact


def kind_of(fact: AnyFact) -> str:
    """Answer a fact's kind as the journal spells it: ``"order_filled"``."""
    return str(type(fact).__struct_config__.tag)
