"""The JSON API: one table of operations, from which routes and the OpenAPI description are both made."""
