"""The operator's own console, under /operator/: for the operator's people, and apart from the customers'."""
