"""Files embedded in text (data: addresses): their bytes are no part of a description, their digest is."""

import hashlib
import re

_DATA = re.compile(r"(data:[a-z]{1,20}/[a-z0-9.+-]{1,60});([^\s\"'<>)&]{1024,})", re.I)


def without_embedded(text: str) -> str:
    """The text with the digest in place of every embedded file of more than 1 KB: a change of the file stays a change."""
    return _DATA.sub(lambda found: f"{found[1]};sha256,{hashlib.sha256(found[2].encode()).hexdigest()}", text)
