"""Dumps: their formats, how they are kept, and that nothing withdrawn is in what is offered."""
