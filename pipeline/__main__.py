"""`python -m pipeline` is `commentary`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
