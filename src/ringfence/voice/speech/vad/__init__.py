"""Voice activity: a folder per model, and the endpointer that turns probabilities into moments."""
