"""Which record of one list is which of another: signals, weights, probabilities, uniqueness. Pure."""
