"""Real servers on loopback for the harvesters: `web` (any behaviour, also a bad one), `ckan`, `oai`."""
