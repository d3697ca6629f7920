"""Who buys: invented people from many places, some of whom have followers."""

from __future__ import annotations

import random
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .times import written

if TYPE_CHECKING:
    from .past import PastOrders

Json = dict[str, Any]

_FIRST = """
Maya Léa Zoë Ana Björn Søren Inês José Łukasz Chloé Aïcha Nguyệt Yuki Haruto Mei Omar Fatima Noah Ava Liam Emma
Olivia Lucas Mateo Sofía Hugo Élodie Jürgen Käthe Anaïs Renée Tomás João Beatriz Paweł Zofia Ondřej Tereza Dániel
Réka Ştefan Ioana Ayşe Emre Dilnoza Arjun Priya Ananya Ravi Kofi Ama Chidi Ngozi Thandi Sipho Leilani Kai Sinéad
Ciarán Aoife Rhys Siân Freja Mikkel Åsa Øyvind Aino Väinö Jānis Līga Kristjan Dóra Sigrún Marek Božena Ivana Goran
Milica Nikolaos Eleni Yara Tariq Noor Hana Min-jun Seo-yeon Wei Linh Putu Dewi Rosa Camila Valentina Benjamín Grace
Henry Ruby Isla Oscar Edith Theo Nina Jonas Clara
"""
_LAST = """
Lind Marlowe Ostrander Çelik Núñez Møller Åkesson Dvořák Kowalczyk Szabó Popescu O’Dwyer Tanaka Nakashima Okonjo
Mensah Dlamini Kealoha Varga Ferreira Araújo Guimarães Lefèvre Beauchêne Château Krüger Weiß Schönfeld Bianchetti
Esposito-Rossi Papadaki Ilić Horvatić Vuković Bērziņš Kask Virtanen Mäkelä Þórsdóttir Haugen Bjerregaard Van-Loon
De-Smet Verhoeven Castellanos Ybarra Quiroga Ocampo Nguyễn Trần Wijaya Santoso Chaudhry Raman Deshpande Iyer
Al-Masri Haddad Benali Park-Lee Choi Zhao Lin Whitlock Penhaligon Ashdown Fairweather Hartigan MacAulay Llewellyn
Brannigan Prescott Holloway Winterbourne Sandoval Delacroix Montague Larkspur Thorne Vance
"""
FIRST_NAMES = tuple(_FIRST.split())
LAST_NAMES = tuple(_LAST.split())
MAILBOXES = ("mailbox.example", "post.example", "inbox.test", "letters.example", "courrier.example", "briefe.test")
# city, province, code, country, code, zip, phone prefix
PLACES = (
    ("Portland", "Oregon", "OR", "United States", "US", "97205", "+1503555"),
    ("Brooklyn", "New York", "NY", "United States", "US", "11211", "+1718555"),
    ("Austin", "Texas", "TX", "United States", "US", "78702", "+1512555"),
    ("San José", "California", "CA", "United States", "US", "95112", "+1408555"),
    ("Montréal", "Quebec", "QC", "Canada", "CA", "H2X 1Y4", "+1514555"),
    ("Ottawa", "Ontario", "ON", "Canada", "CA", "K1A 0B1", "+1613555"),
    ("Bristol", None, None, "United Kingdom", "GB", "BS1 4ST", "+44770090"),
    ("Köln", None, None, "Germany", "DE", "50667", "+49221555"),
    ("Malmö", None, None, "Sweden", "SE", "211 20", "+4640555"),
    ("Kraków", None, None, "Poland", "PL", "31-001", "+4812555"),
    ("Lyon", None, None, "France", "FR", "69002", "+3347855"),
    ("Dublin", "Dublin", "D", "Ireland", "IE", "D02 X285", "+3531555"),
)
STREETS = ("Alder St", "Quay Lane", "Rue des Tilleuls", "Ahornweg", "Harbour Rd", "Kungsgatan", "Mill Row", "Cedar Ave")
PER_INFLUENCER = 9
PURCHASES = frozenset({"orders_count", "total_spent", "last_order_id", "last_order_name"})
FIRST_CUSTOMER = 6_900_000_000_003
STEP = 2048


@cache
def ascii_of(name: str) -> str:
    """Fold a name for an address: plain lower-case letters."""
    name = name.translate(str.maketrans("łŁøØđĐßþÞæÆıı", "lLoOdDsttaAii"))
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(c for c in plain if c.isalnum())


def is_influencer(number: int) -> bool:
    """Tell whether the customer of that number is one who has followers: every ninth, from the first."""
    return number % PER_INFLUENCER == 0


def person(seed: int, number: int) -> Json:
    """Give the name, e-mail, phone and place of the *number*-th person; no two alike within a shop."""
    pairs = len(FIRST_NAMES) * len(LAST_NAMES)
    slot = (number * 2477 + seed * 131) % pairs  # 2477 shares no factor with the number of pairs
    first, last = FIRST_NAMES[slot % len(FIRST_NAMES)], LAST_NAMES[slot // len(FIRST_NAMES)].replace("-", " ")
    again = number // pairs
    f, n = ascii_of(first), ascii_of(last)
    tail = str(again + 1) if again else ""
    if is_influencer(number):
        email = f"{f}@{f}-{n}{tail}.example"
    else:
        email = f"{f}.{n}{tail}@{MAILBOXES[(number + seed) % len(MAILBOXES)]}"
    place = PLACES[(number * 5 + seed) % len(PLACES)]
    return {
        "first_name": first,
        "last_name": last,
        "email": email,
        "phone": f"{place[6]}{number:04d}" if number % 3 else None,
        "handle": f"{f}{n}" + tail,
        "street": f"{1 + number * 7 % 240} {STREETS[number % len(STREETS)]}",
        "place": place,
    }


def address(key: int, who: Json, customer_id: int | None = None) -> Json:
    """Write a person's address as Shopify does."""
    city, province, province_code, country, country_code, zip_code, _ = who["place"]
    return {
        **({"id": key, "customer_id": customer_id} if customer_id else {}),
        "first_name": who["first_name"],
        "last_name": who["last_name"],
        "company": None,
        "address1": who["street"],
        "address2": "",
        "city": city,
        "province": province,
        "country": country,
        "zip": zip_code,
        "phone": who["phone"],
        "name": f"{who['first_name']} {who['last_name']}",
        "province_code": province_code,
        "country_code": country_code,
        **({"country_name": country, "default": True} if customer_id else {"latitude": None, "longitude": None}),
    }


def record(key: int, who: Json, currency: str, created: str, updated: str, number: int) -> Json:
    """Write a customer without purchases."""
    influencer = is_influencer(number)
    home = address(key + 700_000_000_000, who, key)
    state = "subscribed" if number % 2 else "not_subscribed"
    return {
        "id": key,
        "email": who["email"],
        "created_at": created,
        "updated_at": updated,
        "first_name": who["first_name"],
        "last_name": who["last_name"],
        "orders_count": 0,
        "state": "enabled" if number % 5 == 0 else "disabled",
        "total_spent": "0.00",
        "last_order_id": None,
        "note": f"@{who['handle']} on Instagram" if influencer and number % 2 else None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "tags": "newsletter, vip" if number % 14 == 0 else ("newsletter" if number % 4 == 0 else ""),
        "last_order_name": None,
        "currency": currency,
        "phone": who["phone"],
        "addresses": [home],
        "tax_exemptions": [],
        "email_marketing_consent": {
            "state": state,
            "opt_in_level": "single_opt_in",
            "consent_updated_at": created if state == "subscribed" else None,
        },
        "sms_marketing_consent": None,
        "admin_graphql_api_id": f"gid://shopify/Customer/{key}",
        "default_address": home,
    }


class PastCustomers:
    """The customers of a generated past: number n, made when somebody looks.

    A customer was created with the first order, or some time in the past without one; what was bought is added up
    from the orders.
    """

    def __init__(self, seed: int, count: int, orders: PastOrders, currency: str, zone: ZoneInfo, end: int) -> None:
        self.seed, self.count, self.orders, self.currency, self.zone = seed, count, orders, currency, zone
        rng = random.Random(seed * 104729 + count)
        created = array("q", (end - rng.randrange(86400, 700 * 86400) for _ in range(count)))
        seen = bytearray(count)
        latest = array("q", created)
        for n, customer in enumerate(orders.customers):
            if customer < 0:
                continue
            if not seen[customer]:
                seen[customer] = 1
                created[customer] = orders.created[n] - 40
            latest[customer] = max(latest[customer], orders.created[n])
        # ids must grow with creation: number the customers by when they came
        self.rank = array("i", sorted(range(count), key=created.__getitem__))
        self.number = array("i", bytes(4 * count))
        for number, who in enumerate(self.rank):
            self.number[who] = number
        self.created = array("q", (created[who] for who in self.rank))
        self.updated = array("q", (max(latest[who], created[who]) for who in self.rank))
        self._by_customer: tuple[array[int], array[int]] | None = None

    def __len__(self) -> int:
        return self.count

    def id_of(self, number: int) -> int:
        return FIRST_CUSTOMER + number * STEP + number * 2654435761 % 2039

    def number_of(self, key: int) -> int | None:
        number = (key - FIRST_CUSTOMER) // STEP
        return number if 0 <= number < self.count and self.id_of(number) == key else None

    def stamps(self, column: str) -> array[int]:
        return self.created if column == "created_at" else self.updated

    def facet(self, number: int) -> tuple[str, ...]:
        return ()

    def orders_of(self, who: int) -> list[int]:
        """Give the numbers of a buyer's orders, oldest first."""
        if self._by_customer is None:
            buyers = self.orders.customers
            numbers = array("i", sorted((n for n in range(len(buyers)) if buyers[n] >= 0), key=buyers.__getitem__))
            self._by_customer = numbers, array("i", (buyers[n] for n in numbers))
        numbers, owners = self._by_customer
        return list(numbers[bisect_left(owners, who) : bisect_right(owners, who)])

    def bare(self, number: int, who: Json | None = None) -> Json:
        """Make the customer without adding up purchases; *who* is the person, if that is known."""
        return record(
            self.id_of(number),
            who or person(self.seed, number),
            self.currency,
            written(self.created[number], self.zone),
            written(self.updated[number], self.zone),
            number,
        )

    def text(self, number: int, fields: tuple[str, ...]) -> None:
        """Customers have to be built."""

    def build(self, number: int, fields: tuple[str, ...] | None = None) -> Json:
        """Make the customer; what was bought is added up where *fields* ask for it."""
        made = self.bare(number)
        if fields is not None and PURCHASES.isdisjoint(fields):
            return made
        made |= self.orders.bought(self.orders_of(self.rank[number]))
        return made
