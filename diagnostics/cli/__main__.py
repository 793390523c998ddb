"""`python -m diagnostics.cli`."""

from diagnostics.cli import main

if __name__ == "__main__":
    main()
