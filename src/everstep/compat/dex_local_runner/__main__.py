"""Lets `python -m everstep.compat.dex_local_runner` be the command."""

from everstep.compat.dex_local_runner import main

main()
