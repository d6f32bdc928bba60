"""Real search servers, started by the tests that talk to them."""
