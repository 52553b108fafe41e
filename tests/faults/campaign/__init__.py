"""The campaign: real processes, everything that goes wrong mixed at random from a seed, and the truth after each round."""
