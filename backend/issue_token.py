"""`python -m issue_token`: print a token for trying the service out."""

from __future__ import annotations

import argparse

from settings import WebSettings, load
from tokens import Tokens


def main() -> None:
    """Print one token on standard output and nothing else, so that it can be piped."""
    parser = argparse.ArgumentParser(prog="issue_token", description="Print a token signed with JWT_SECRET.")
    parser.add_argument("--subject", default="demo", help="whose token it is (default: demo)")
    parser.add_argument("--hours", type=float, help="how long it is valid (default: JWT_EXPIRATION_HOURS)")
    arguments = parser.parse_args()
    print(Tokens(load(WebSettings)).issue(arguments.subject, hours=arguments.hours))


if __name__ == "__main__":
    main()
