"""`python -m chengguo` is the command `chengguo`."""

from chengguo.cli import main

if __name__ == "__main__":
    main()
