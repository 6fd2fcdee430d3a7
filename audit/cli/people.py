"""`user add`: the first administrator, and anybody else, from the command line."""

import argparse
import sys
from getpass import getpass
from typing import Any

from audit.cli.databases import opened
from audit.cli.errors import Refused
from audit.domain.people import ROLES, Person
from audit.settings import Settings


def add(commands: Any) -> None:
    text = "add people who can sign in"
    user = commands.add_parser("user", help=text, description=text)
    deeds = user.add_subparsers(dest="deed", required=True, metavar="DEED")
    text = "add one person; the password is asked for, or read from standard input"
    one = deeds.add_parser("add", help=text, description=text)
    one.add_argument("login", help="the name to sign in with")
    one.add_argument("--role", required=True, choices=ROLES)
    one.add_argument("--name", required=True, help="as colleagues see it")
    one.add_argument("--code", default="", help="a shopper's code, shown instead of the name")
    one.add_argument("--password-stdin", action="store_true", help="read the password, one line")
    one.set_defaults(run=run_add)


def run_add(arguments: argparse.Namespace, settings: Settings) -> int:
    from audit.domain.passwords import check_password
    from audit.ids import new_id
    from audit.store.people import find_login, save_person
    from audit.web.sessions import hash_password

    login = arguments.login.strip().lower()
    if not login:
        raise Refused("the login is empty")
    if arguments.role == "shopper" and not arguments.code:
        raise Refused("a shopper needs a --code: branches and reports never see the name")
    password = _password(arguments)
    check_password(password, login)
    person = Person(new_id(), login, arguments.name, arguments.role, code=arguments.code)
    with opened(settings) as database, database.writing() as session:
        if find_login(session, login):
            raise Refused(f"somebody already signs in as {login}")
        save_person(session, person, hash_password(password))
    print(f"{login} can now sign in.")
    return 0


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password: ")
    if getpass("Again: ") != password:
        raise Refused("the two passwords differ")
    return password
