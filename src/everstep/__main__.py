"""`python -m everstep` is the command line."""

from everstep.cli import main

if __name__ == "__main__":
    main()
