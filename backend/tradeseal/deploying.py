"""Deploying on the command line: keystores, the contracts on any chain, and their code beside the sources.

Knows options, passwords' ways in and exit codes. A password comes by prompt, file or descriptor and goes nowhere else.
"""

import json
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from tradeseal.evidence import AsJson, Home, refuse
from tradeseal.kernel.errors import Refused, TradesealError
from tradeseal.settings import load_settings

if TYPE_CHECKING:
    from tradeseal.chain.elsewhere import Wish

PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file", envvar="TRADESEAL_PASSWORD_FILE", help="A file whose first line is the password; else it is "
        "asked for.",
    ),
]  # fmt: skip
PasswordFd = Annotated[int | None, typer.Option("--password-fd", help="An open descriptor to read it from.")]
RpcUrl = Annotated[str, typer.Option("--rpc", help="The node: a URL, or the path of its socket.")]
KeyFile = Annotated[Path, typer.Argument(help="A keystore.")]

keys_app = typer.Typer(help="Encrypted keys: one file each, in the folder keys of a home.", no_args_is_help=True)

KEYS: Final = "keys"
RECORD: Final = Path("deployment.json")
_BAD: Final = 2


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What it is called, for example trader.")],
    home: Home = None,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and keep it encrypted (scrypt); its address is printed, the key never."""
    from tradeseal.chain.keystores import create

    def act() -> dict[str, Any]:
        made = create(load_settings(home=home).home / KEYS, name, _password(password_file, password_fd, confirm=True))
        return {"name": made.name, "address": made.address, "file": str(made.path)}

    _carry(act, lambda said, out: out(f"{said['name']}: {said['address']} in {said['file']}"), as_json=as_json)


@keys_app.command("list")
def list_keys(home: Home = None, as_json: AsJson = False) -> None:
    """Names, addresses and files of a home's keys; a replay's demo keys are marked so."""
    from tradeseal.chain.keys import KEYS_FILE, demo_keys
    from tradeseal.chain.keystores import listed
    from tradeseal.chain.transactions import Wallet

    def act() -> list[dict[str, Any]]:
        folder = load_settings(home=home).home
        rows = [
            {"name": k.name, "address": k.address, "file": str(k.path), "kind": "retired" if k.retired else "keystore"}
            for k in listed(folder / KEYS)
        ]
        plain = folder / KEYS_FILE
        demo = demo_keys(plain).keys.items() if plain.exists() else ()
        return rows + [
            {"name": n, "address": "0x" + Wallet(k).address.hex(), "file": str(plain), "kind": "DEMO"} for n, k in demo
        ]

    def tell(rows: list[dict[str, Any]], out: Callable[[str], None]) -> None:
        for row in rows or [{"kind": "—", "name": "no keys", "address": "", "file": ""}]:
            out(f"{row['kind']:<9} {row['name']:<12} {row['address']}  {row['file']}")

    _carry(act, tell, as_json=as_json)


@keys_app.command("rotate")
def rotate_key(
    file: KeyFile,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    as_json: AsJson = False,
) -> None:
    """Put a fresh key in a keystore's place, under the same password; the old one is kept among the retired.

    On a chain the new address means nothing until its role is given to it: `tradeseal govern submit`.
    """
    from tradeseal.chain.keystores import rotate

    def act() -> dict[str, Any]:
        password = _password(password_file, password_fd)
        old, new = rotate(file, password, password)
        return {"name": new.name, "address": new.address, "file": str(new.path), "old": old.address,
                "old_file": str(old.path)}  # fmt: skip

    _carry(
        act,
        lambda said, out: out(
            f"{said['name']}: {said['address']} takes the place of {said['old']} ({said['old_file']})"
        ),
        as_json=as_json,
    )


def deploy(
    rpc: RpcUrl,
    keystore: Annotated[Path, typer.Option("--keystore", help="Who deploys and pays.")],
    markets: Annotated[str, typer.Option("--markets", help="Pairs in their order, for example BTC-USDT,ETH-USDT.")],
    guardian: Annotated[str, typer.Option("--guardian", help="The guardian's address.")],
    trader: Annotated[str, typer.Option("--trader", help="The trader's address.")],
    signers: Annotated[str, typer.Option("--signers", help="The oracle's signers, separated by commas.")],
    governor: Annotated[str | None, typer.Option("--governor", help="The governor (default: who deploys).")] = None,
    quorum: Annotated[int, typer.Option("--quorum", min=1, max=16, help="How many signers it takes.")] = 1,
    book: Annotated[str, typer.Option("--book", help="The book's name.")] = "main",
    cash: Annotated[str, typer.Option("--cash", help="What it opens with.")] = "10000",
    book_class: Annotated[str, typer.Option("--class", help="simulated, paper or live: declared for ever.")] = "paper",
    step: Annotated[int, typer.Option("--step-limit-bps", min=1, max=10_000, help="Largest step of a mark.")] = 500,
    out: Annotated[Path, typer.Option("--out", help="The file that remembers it.")] = RECORD,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    as_json: AsJson = False,
) -> None:
    """Deploy oracle and book to any chain, check every byte that lies there, and print addresses, hashes and roles."""
    from tradeseal.chain.elsewhere import deploy_to, node_at
    from tradeseal.chain.keystores import unlock

    def act() -> dict[str, Any]:
        wallet = unlock(keystore, _password(password_file, password_fd))
        told = {"governor": governor or "0x" + wallet.address.hex(), "guardian": guardian, "trader": trader}
        wish = _wish(told, signers, quorum, markets=markets, book=book, cash=cash, book_class=book_class, step=step)
        with closing(node_at(rpc)) as node:
            return deploy_to(node, wallet, wish, out, say=lambda text: typer.echo(text, err=True))

    _carry(act, _tell_record, as_json=as_json)


def verify_source(
    rpc: RpcUrl,
    record: Annotated[Path, typer.Argument(help="The file that `tradeseal deploy` wrote.")] = RECORD,
    as_json: AsJson = False,
) -> None:
    """Compile the sources anew and compare them with what lies on a chain: every byte, and every immutable by name."""
    from tradeseal.chain.elsewhere import check, node_at, read_record

    def act() -> list[dict[str, Any]]:
        with closing(node_at(rpc)) as node:
            return [asdict(compared) for compared in check(node, read_record(record))]

    def tell(rows: list[dict[str, Any]], out: Callable[[str], None]) -> None:
        for row in rows:
            told = f"{row['length']} bytes, {len(row['immutables'])} immutables"
            out(f"{row['name']}: {told}, code hash {row['code_hash']}")
        out("What lies on the chain is what the sources compile to.")

    _carry(act, tell, as_json=as_json)


def _wish(
    told: dict[str, str], signers: str, quorum: int, *, markets: str, book: str, cash: str, book_class: str, step: int
) -> "Wish":
    from tradeseal.chain.deploy import BookPlan, RoleAddresses
    from tradeseal.chain.elsewhere import Wish
    from tradeseal.chain.keys import Quorum
    from tradeseal.kernel.money import to_e8
    from tradeseal.trading.published import BookClass

    if book_class.upper() not in BookClass.__members__:
        raise Refused("BAD_CLASS", "A book is simulated, paper or live.", got=book_class)
    everybody = tuple(_address("signer", signer) for signer in signers.split(",") if signer.strip())
    plan = BookPlan(
        name=book,
        markets=tuple(market.strip().upper() for market in markets.split(",") if market.strip()),
        cash_e8=to_e8(cash),
        opened_at=0,
        step_limit_bps=step,
        book_class=BookClass[book_class.upper()],
        quorum=Quorum.parse(f"{quorum}of{len(everybody)}"),
    )
    if not 1 <= len(plan.markets) <= 16:
        raise Refused("BAD_MARKETS", "A book has 1 to 16 markets.", got=len(plan.markets), limit=16)
    return Wish(plan, RoleAddresses(**{name: _address(name, one) for name, one in told.items()}, signers=everybody))


def _address(role: str, text: str) -> bytes:
    from eth_utils import is_address

    if not is_address(text.strip()):
        raise Refused("NOT_AN_ADDRESS", f"The {role}'s address is none.", got=text)
    return bytes.fromhex(text.strip()[2:])


def _tell_record(record: dict[str, Any], out: Callable[[str], None]) -> None:
    out(f"chain {record['chain_id']}, book {record['book']['name']} ({record['book']['class']})")
    for name, one in record["contracts"].items():
        out(f"{name:<20} {one['address']}  code {one['code_hash']}")
    for role in ("governor", "guardian", "trader"):
        out(f"{role:<20} {record['roles'][role]}")
    out(f"{'signers':<20} {record['book']['quorum']}: {', '.join(record['roles']['signers'])}")
    out("Every deployed byte is what the sources compile to.")


def _password(file: Path | None, descriptor: int | None, *, confirm: bool = False) -> str:
    if descriptor is not None:
        with os.fdopen(descriptor) as told:
            return told.readline().rstrip("\n")
    if file is not None:
        try:
            return file.read_text().partition("\n")[0]
        except OSError as error:
            raise Refused("NO_PASSWORD", f"{file} cannot be read: {error.strerror}.", path=str(file)) from error
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=confirm)
    return typed


def _carry(act: Callable[[], Any], tell: Callable[[Any, Callable[[str], None]], None], *, as_json: bool) -> None:
    out, err = Console(), Console(stderr=True)
    try:
        said = act()
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps(said, indent=2))
    else:
        tell(said, lambda text: out.print(text, soft_wrap=True, highlight=False, markup=False))
