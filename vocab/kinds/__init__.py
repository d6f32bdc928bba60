"""The kinds of record the platform knows. A new kind is one module here and one line in `KINDS`."""

from typing import TypeAlias

import msgspec

from vocab.kind import Kind
from vocab.kinds.achievement import ACHIEVEMENT, Achievement
from vocab.kinds.demand import DEMAND, Demand
from vocab.kinds.organisation import ORGANISATION, Organisation
from vocab.kinds.project import PROJECT, ResearchProject
from vocab.record import Record

__all__ = ["KINDS", "Achievement", "Demand", "Organisation", "ResearchProject", "decode_record", "encode_record"]

KINDS: dict[str, Kind] = {k.name: k for k in (ACHIEVEMENT, ORGANISATION, DEMAND, PROJECT)}

AnyRecord: TypeAlias = Achievement | Organisation | Demand | ResearchProject

_DECODER: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)
_ENCODER = msgspec.json.Encoder(decimal_format="string")


def decode_record(body: bytes) -> Record:
    """A record from its JSON; `kind` says which. Raises msgspec.ValidationError (wrong shape) or msgspec.DecodeError."""
    return _DECODER.decode(body)


def encode_record(record: Record) -> bytes:
    """The record's JSON, always the same bytes for the same record: fields in declared order, defaults left out."""
    return _ENCODER.encode(record)
