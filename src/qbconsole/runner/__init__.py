"""The runner: the process that talks to the network."""
