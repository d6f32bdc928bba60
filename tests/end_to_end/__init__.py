"""The whole program as its users meet it: its command line in processes of its own, real HTTP, a real graph store."""
