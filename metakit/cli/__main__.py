"""`python -m metakit.cli` is the `metakit` command."""

from metakit.cli import main

main()
