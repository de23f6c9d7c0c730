"""`python -m oms.gateways.simulators --smtp-port N --http-port N --store FILE [--people FILE]`."""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from pathlib import Path

from oms.gateways.simulators import clamd, http, openid, smpp, smtp
from oms.gateways.simulators.ferzl import Ferzl
from oms.gateways.simulators.registers import Registers
from oms.gateways.simulators.store import Store


def main() -> None:
    """Listen until SIGTERM or Ctrl-C. The first line of output tells the ports, as JSON."""
    parser = argparse.ArgumentParser(
        description="Mail server, SMS provider, antivirus and registers of the demo"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--http-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--clamd-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--smpp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--store", type=Path, required=True, help="SQLite file of what arrived")
    parser.add_argument("--people", type=Path, help="JSON file of those the registers know")
    parser.add_argument("--ferzl", type=Path, help="JSON file of those ФЕРЗЛ knows")
    parser.add_argument("--openid-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--openid-portal", default="", help="Address the OpenID client returns to")
    parser.add_argument("--openid-people", type=Path, help="JSON file of who may be picked there")
    options = parser.parse_args()
    asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    store = Store(options.store)
    mail = await smtp.serve(store, host=options.host, port=options.smtp_port)
    token = os.environ.get("OMS_SMS_TOKEN", "")
    known = Registers(options.people)
    web = http.Server(
        store,
        host=options.host,
        port=options.http_port,
        token=token,
        known=known,
        insured=Ferzl(options.ferzl),
    )
    threading.Thread(target=web.serve_forever, daemon=True).start()
    vouching = openid.Server(
        host=options.host,
        port=options.openid_port,
        portal=options.openid_portal,
        client=os.environ.get("OMS_OPENID_CLIENT", ""),
        people=options.openid_people,
    )
    threading.Thread(target=vouching.serve_forever, daemon=True).start()
    viruses = clamd.Server(store, host=options.host, port=options.clamd_port)
    threading.Thread(target=viruses.serve_forever, daemon=True).start()
    smsc = await smpp.Server(store, password=os.environ.get("OMS_SMPP_PASSWORD", "")).serve(
        host=options.host, port=options.smpp_port
    )
    ports = {
        "smpp": smsc.sockets[0].getsockname()[1],
        "clamd": viruses.server_address[1],
        "smtp": mail.sockets[0].getsockname()[1],
        "http": web.server_address[1],
        "openid": vouching.server_address[1],
    }
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    web.shutdown()
    vouching.shutdown()
    mail.close()
    smsc.close()


main()
