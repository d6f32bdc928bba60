"""What can go wrong at the edges: said in one line with what to do about it, never as a traceback.

ChengguoError            exit code 2: usage or configuration
+-- SettingsError        chengguo.toml or the environment
+-- HomeError            the home folder is missing, damaged or not ours
+-- Occupied             another process holds what this one needs (names it, and since when)
+-- UnknownSource        no source of that id
+-- Failed               exit code 1: the work ended with problems that a person must look at
"""


class ChengguoError(Exception):
    """Expected: the message is for the operator. `code` is the exit code."""

    code = 2


class SettingsError(ChengguoError):
    """A setting is unknown or wrong."""


class HomeError(ChengguoError):
    """The home folder cannot be used."""


class Occupied(ChengguoError):
    """Another process is at it."""


class UnknownSource(ChengguoError):
    """No source of that id."""


class Failed(ChengguoError):
    """The work ended, and a person must look at it."""

    code = 1
