"""`python -m chengguo.reference [--check]`: rewrite the generated files of the repository, or say which are stale."""

import argparse
import sys
from pathlib import Path

from chengguo import reference

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The exit code: 1 when files are stale and only looked at."""
    parser = argparse.ArgumentParser(prog="python -m chengguo.reference", description="Generated files.")
    parser.add_argument("--check", action="store_true", help="write nothing; name stale files and end with 1")
    if parser.parse_args(arguments).check:
        found = list(reference.stale(root))
        for path in found:
            print(f"{path.relative_to(root)} is stale; rewrite it with: python -m chengguo.reference")
        return 1 if found else 0
    for path in reference.write(root):
        print(path.relative_to(root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
