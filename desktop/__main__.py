"""`legwork` and `python -m desktop`: the command line."""


def main() -> None:
    """Run the command line."""
    from desktop.commands.app import app

    app()


if __name__ == "__main__":
    main()
