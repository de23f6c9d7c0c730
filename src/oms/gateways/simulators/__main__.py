"""`python -m oms.gateways.simulators --smtp-port N --http-port N --store FILE`."""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from pathlib import Path

from oms.gateways.simulators import http, smtp
from oms.gateways.simulators.store import Store


def main() -> None:
    """Listen until SIGTERM or Ctrl-C. The first line of output tells the ports, as JSON."""
    parser = argparse.ArgumentParser(description="Mail server and SMS provider of the demo")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--http-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--store", type=Path, required=True, help="SQLite file of what arrived")
    options = parser.parse_args()
    asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    store = Store(options.store)
    mail = await smtp.serve(store, host=options.host, port=options.smtp_port)
    token = os.environ.get("OMS_SMS_TOKEN", "")
    web = http.Server(store, host=options.host, port=options.http_port, token=token)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    ports = {"smtp": mail.sockets[0].getsockname()[1], "http": web.server_address[1]}
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    web.shutdown()
    mail.close()


main()
