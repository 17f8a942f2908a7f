"""`python -m pytest_ftbench.commands`, where no script is installed."""

from pytest_ftbench.commands import main

if __name__ == "__main__":
    main()
