"""``python -m web`` is the command ``ranvier``."""

from web.cli.main import main

if __name__ == "__main__":
    main(prog_name="ranvier")
