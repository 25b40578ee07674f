"""What a model becomes when it is logged: the nodes of a graph."""
