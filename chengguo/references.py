"""Secrets of the node's own settings: `env:NAME` or `file:PATH` (from the home folder), never the secret itself."""

from chengguo.errors import SettingsError
from harvesters.secrets import Secret, SecretRef, Secrets


def resolved(secrets: Secrets, section: str, name: str, reference: str) -> Secret:
    """Raises SettingsError for what is no reference, OptionsError when there is no secret where it points."""
    sort, _, place = reference.partition(":")
    if sort not in ("env", "file") or not place:
        raise SettingsError(f'[{section}] {name}: must be "env:NAME" or "file:PATH", where the secret is kept')
    return secrets.resolve(section, name, SecretRef(**{sort: place}))
