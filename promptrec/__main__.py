"""`python -m promptrec` is the `promptrec` command."""

from promptrec.cli.main import main

if __name__ == "__main__":
    main()
