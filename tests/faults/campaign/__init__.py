"""The campaign: real processes, everything that goes wrong at once by a seed, and the truth after each round."""
