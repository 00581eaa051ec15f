"""``python -m chithi``."""

from chithi.main import run

run()
