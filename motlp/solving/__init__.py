"""From a hypergraph, or a declared model, to a solution with what is proved of it."""
