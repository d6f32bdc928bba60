"""The graph: the contract, one store over HTTP for every SPARQL 1.1 engine, and the bundled engine as a child process."""
