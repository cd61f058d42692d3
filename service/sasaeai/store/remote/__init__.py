"""The graph at a SPARQL 1.1 server: asked, published to, and kept as the repository has it."""
