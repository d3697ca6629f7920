"""`python -m shopinf`."""

from shopinf.main import run

if __name__ == "__main__":
    run()
