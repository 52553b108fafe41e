"""Each kind of write: what is sent, what its decision rests on, when it is done."""
