"""`python -m optimiser` is the command `optimiser`."""

from optimiser.cli import console_main

if __name__ == "__main__":
    console_main()
