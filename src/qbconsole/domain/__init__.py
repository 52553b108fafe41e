"""The words of the house as plain values: pure, no I/O, light to import."""
