"""Packs the newest version of the standard into `releases/` and writes its fingerprint: `python -m vocab.standard`.

Only for a version whose fingerprint in `versions.toml` is still empty: what was released does not change.
"""

import sys
from pathlib import Path

from vocab.standard.artefacts import artefacts
from vocab.standard.versions import current, fingerprint_of, packed

EMPTY = 'fingerprint = ""'


def main(folder: Path) -> int:
    """`folder` holds `versions.toml` and `releases/`."""
    newest, history = current(), folder / "versions.toml"
    if newest.fingerprint:
        print(f"{newest.number} is released: write a new version into {history} with {EMPTY}, then run this again")
        return 1
    made = artefacts(newest)
    (folder / "releases").mkdir(exist_ok=True)
    (folder / "releases" / f"{newest.number}.zip").write_bytes(packed(made))
    text = history.read_text("utf-8")
    history.write_text(text.replace(EMPTY, f'fingerprint = "{fingerprint_of(made)}"', 1), "utf-8")
    print(f"packed {newest.number}: {len(made)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parent))
