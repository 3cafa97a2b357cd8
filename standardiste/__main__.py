"""`python -m standardiste`: the command line."""

from standardiste.cli import main

main()
