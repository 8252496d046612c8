"""Ends with a sentence where no class can be started. `make hub` asks before it installs, and the hub asks again."""

import os
import sys

SHORTEST = {"METAKIT_CLASS_PASSWORD": 8, "METAKIT_TEACHER_PASSWORD": 32}  # signs: JupyterHub takes no shorter ones

for name, least in SHORTEST.items():
    chosen = os.environ.get(name)
    if chosen and (len(chosen) < least or not chosen.isascii()):
        sys.exit(f"Let {name} have {least} signs or more, and only letters without accents, digits and signs.")
password, root = os.environ.get("METAKIT_CLASS_PASSWORD"), os.geteuid() == 0
if not password and not root:
    sys.exit("Choose a password for the class with METAKIT_CLASS_PASSWORD, or start the hub as root to use accounts.")
if password and root and not os.environ.get("METAKIT_ALLOW_ROOT"):
    sys.exit("With a class password students' programs run as you: start the hub as an ordinary user, not as root.")
