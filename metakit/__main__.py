"""`python -m metakit` is the `metakit` command."""

from metakit.cli import main

main()
