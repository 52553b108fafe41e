"""Things that go wrong between a client and a vendor, on purpose and from a seed.

`specification` reads what is asked for, `force` decides what strikes when, `mishaps` lets it happen.
"""
