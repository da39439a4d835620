# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m lab``: the hospital from the command line. ``python -m lab --help`` has the list of commands."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lab.background import FOLDER, Background, serve
from lab.hospital import THREE_YEARS
from lab.kinds import KINDS
from lab.platforms import PLATFORMS

COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "up": lambda options: Background(options.folder).up(options.kind, options.platforms),
    "down": lambda options: Background(options.folder).down(),
    "status": lambda options: Background(options.folder).status(),
    "serve": lambda options: serve(options.folder, options.kind, options.platforms),
    "demo": lambda _options: _demo(),
    "register": lambda options: int(importlib.import_module("lab.register_hospital").show(options)),
    **dict.fromkeys(
        ("deliver", "age", "logon", "logoff"), lambda options: Background(options.folder).order(_request(options))
    ),
}


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; the exit code is 0 when it did what it says."""
    options = _parser().parse_args(arguments)
    return COMMANDS[options.command](options)


def _demo() -> int:
    """Loaded only here, because the other commands do without its libraries."""
    return int(importlib.import_module("lab.demo").demo())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="A small hospital on the loopback interface.")
    parser.add_argument(
        "--folder",
        type=lambda text: Path(text).resolve(),
        default=FOLDER,
        help="where this hospital has its files (default: %(default)s)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (("up", "start the hospital in the background"), ("serve", "the same in the foreground")):
        command = commands.add_parser(name, help=text)
        command.add_argument(
            "--kind", choices=KINDS, default="both", help="which workstations it has (default: %(default)s)"
        )
        command.add_argument(
            "--with",
            type=_platforms,
            default=[],
            dest="platforms",
            metavar="NAMES",
            help=f"emulated workstations beside them, one for each of these names, with commas: {', '.join(PLATFORMS)}",
        )
    commands.add_parser("down", help="end the hospital in the background")
    commands.add_parser("status", help="say whether it runs, and how to reach it")
    commands.add_parser("demo", help="show the collection at work")
    register = commands.add_parser(
        "register", help="show it with the spreadsheet of a large hospital, in a folder of its own"
    )
    register.add_argument("--people", type=int, default=300, help="how many (default: %(default)s)")
    register.add_argument("--workstations", type=int, default=250, help="how many (default: %(default)s)")
    deliver = _for_people(commands.add_parser("deliver", help="the issuer has a new bundle for a person"))
    deliver.add_argument("--days", type=int, default=THREE_YEARS, help="how long it is valid (default: %(default)s)")
    deliver.add_argument(
        "--mail", action="store_true", help="announce it by mail, instead of putting it into the folder of bundles"
    )
    age = _for_people(commands.add_parser("age", help="a person's certificate is one that ends soon, or has ended"))
    age.add_argument("--days", type=int, required=True, help="days until its end; expired with 0 or less")
    for name, text in (("logon", "a person logs on"), ("logoff", "a person logs off")):
        _at_workstation(_for_people(commands.add_parser(name, help=text)))
    _at_workstation(age)
    return parser


def _platforms(text: str) -> list[str]:
    """Names with commas between them. Raises ``argparse.ArgumentTypeError`` for one that is not known."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in PLATFORMS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are: {', '.join(PLATFORMS)}")
    return names


def _for_people(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("people", nargs="+", metavar="PERSON", help="a login or an authorisation number")
    return parser


def _at_workstation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workstation", help="only there (default: wherever the person works)")


def _request(options: argparse.Namespace) -> Mapping[str, Any]:
    """The order as ``lab.orders`` takes it."""
    words = {"people", "days", "mail", "workstation"}
    return {"order": options.command, **{name: value for name, value in vars(options).items() if name in words}}
