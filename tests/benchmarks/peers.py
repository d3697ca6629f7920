"""Our sync beside others' clients, on the same loopback store, unthrottled, in one run.

    python -m venv peers && peers/bin/pip install ShopifyAPI httpx orjson && npm install --prefix peers shopify-api-node
    python tests/benchmarks/peers.py --orders 5000 --peers peers

Each reads all orders: the others page one after another as their READMEs show, with the fields that attribution needs
and with all fields; ours is `shopinf orders sync` as a whole, start-up, parsing and ledger included. A peer that is not
installed is left out by name.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from shopinf.shopify.orderjson import FIELDS

BARE = """
import sys, httpx, orjson
url, token, fields = sys.argv[1:4]
client, n = httpx.Client(headers={"X-Shopify-Access-Token": token}, trust_env=False, timeout=60), 0
page = f"{url}/admin/api/2026-07/orders.json?status=any&limit=250" + (f"&fields={fields}" if fields else "")
while page:
    answer = client.get(page)
    n += len(orjson.loads(answer.content)["orders"])
    page = answer.links.get("next", {}).get("url")
    if page and fields and "fields=" not in page:
        page += f"&fields={fields}"
print(n)
"""
SHOPIFY_API = """
import sys, shopify
url, token, fields = sys.argv[1:4]
shopify.ShopifyResource.set_site(f"{url}/admin/api/2026-07")
shopify.ShopifyResource.set_headers({"X-Shopify-Access-Token": token})
given = {"fields": fields} if fields else {}
page = shopify.Order.find(limit=250, status="any", **given)
n = len(page)
while page.has_next_page():
    page = page.next_page()
    n += len(page)
print(n)
"""
NODE = """
const Shopify = require('shopify-api-node');
const [url, token, fields] = process.argv.slice(1);
const shopify = new Shopify({shopName: 'maya-shop', accessToken: token, apiVersion: '2026-07'});
const at = new URL(url);
shopify.baseUrl = {hostname: at.hostname, port: at.port, protocol: 'http:'};
(async () => {
  let params = {limit: 250, status: 'any', ...(fields ? {fields} : {})}, n = 0;
  do {
    const orders = await shopify.order.list(params);
    n += orders.length;
    params = orders.nextPageParameters;
  } while (params !== undefined);
  console.log(n);
})();
"""


def serve_store(orders: int, pipe: Connection) -> None:
    from shopinf.practice import PracticeStore, serve

    shop = PracticeStore("maya-shop", orders=orders, customers=orders // 4, throttle=False)
    with serve([shop]) as served:
        pipe.send((served.urls[0], shop.access_token))
        pipe.recv()


def timed(name: str, command: list[str], environ: dict[str, str]) -> None:
    begun = time.perf_counter()
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=900, check=False)
    passed = time.perf_counter() - begun
    words = done.stdout.strip().splitlines() or done.stderr.strip().splitlines()
    print(f"{name:44} {passed:7.2f} s   {words[-1][:60] if words else ''}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=5000)
    parser.add_argument("--peers", type=Path, default=Path("peers"))
    given = parser.parse_args()
    peers: Path = given.peers.resolve()
    pipe, theirs = multiprocessing.Pipe()
    multiprocessing.Process(target=serve_store, args=(given.orders, theirs), daemon=True).start()
    url, token = pipe.recv()
    python, node = peers / "bin" / "python", peers / "node_modules"
    plain = {**os.environ, "NODE_PATH": str(node)}
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "SHOPINF_HOME": home, "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": token}
        shopinf = [sys.executable, "-m", "shopinf"]
        subprocess.run([*shopinf, "connect", "maya-shop", "--url", url, "-q"], env=environ, check=True, stdout=-3)
        for shown, fields in (("with the fields of attribution", FIELDS), ("with all fields", "")):
            for name, program in (("httpx + orjson", BARE), ("ShopifyAPI", SHOPIFY_API)):
                if python.exists():
                    timed(f"{name}, {shown}", [str(python), "-c", program, url, token, fields], plain)
                else:
                    print(f"{name} is not installed at {python}")
            if node.exists():
                timed(f"shopify-api-node, {shown}", ["node", "-e", NODE, url, token, fields], plain)
            else:
                print(f"shopify-api-node is not installed at {node}")
        timed("shopinf orders sync, into the ledger", [*shopinf, "orders", "sync"], environ)
    pipe.send("done")


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
