"""`python -m dengar` is `dengar`."""

from dengar.cli import main

main()
