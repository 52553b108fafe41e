"""The code that speaks to remote systems; vendors' words stop at each connector's wall."""
