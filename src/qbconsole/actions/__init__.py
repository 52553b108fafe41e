"""What can be decided, and what a door needs to show it: the only rooms of the desks that doors enter."""
