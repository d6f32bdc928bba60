"""Profiles: what provinces like these send, and what becomes of it."""
