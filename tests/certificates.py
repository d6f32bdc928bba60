"""Certificates for servers of tests that speak TLS: nobody vouches for them but who is told to."""

import shutil
import subprocess
from pathlib import Path

import pytest


def made(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate and its key, for a server of this DNS name, good for two days."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl program to make a certificate with")
    cert, key = folder / "cert.pem", folder / "key.pem"
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key)]
    subject = ["-out", str(cert), "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run([*request, *subject], check=True, capture_output=True)
    return cert, key
