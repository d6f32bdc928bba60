"""Which addresses are public."""

import pytest

from harvesters.address import is_public

PRIVATE = (
    "127.0.0.1 127.8.9.10 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.0.1 198.18.0.1 224.0.0.1 "
    "239.1.1.1 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 fec0::1 ::ffff:127.0.0.1 "
    "::ffff:10.0.0.1 ::127.0.0.1 2002:7f00:1:: 2002:a00:1:: 64:ff9b::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 "
    "2001:0:4136:e378:8000:63bf:80ff:fffe 2001:db8::1 nonsense"
)


@pytest.mark.parametrize("address", PRIVATE.split())
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_public(address: str) -> None:
    assert is_public(address)
