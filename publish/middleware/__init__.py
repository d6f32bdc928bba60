"""What happens to every request, one concern per file, as plain ASGI. `publish.app` puts them in order."""
