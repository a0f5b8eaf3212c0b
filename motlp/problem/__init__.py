"""What is asked: a labelled measure, a threat, and the hypergraph of class interactions that they give."""
