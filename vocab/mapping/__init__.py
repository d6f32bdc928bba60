"""The mapping language: from a province's own field names and words to the unified publication standard, declared in TOML.

mapping = load(Path("config/mappings/cn-bj.toml"))      # raises MappingError
mapped = mapping.apply(decode(media_type, body), context)
"""

from vocab.mapping.apply import Context, FieldMapping, Mapped
from vocab.mapping.errors import MappingError, PathError
from vocab.mapping.load import load

__all__ = ["Context", "FieldMapping", "Mapped", "MappingError", "PathError", "load"]
