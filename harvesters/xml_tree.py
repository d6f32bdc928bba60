"""Elements of XML as every reader of it here needs them: their names without namespace, and their memory given back."""

from lxml import etree

Element = etree._Element


def local(name: object) -> str:
    """The local name of a tag or an attribute."""
    return str(name).rpartition("}")[2]


def forget(element: Element) -> None:
    """Give back what was read of a stream: the element's content, and what stood before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
