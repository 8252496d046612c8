"""MetaKit: learn meta-learning by running it and playing with it."""
