"""Text that XML 1.0 can hold, and so spreadsheets and feeds: without control characters and halves of surrogate pairs."""

import re

UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    return UNWRITABLE.sub("", text)
