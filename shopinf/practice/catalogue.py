"""What the practice shops sell: three small brands, nobody's."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from . import money
from .times import written

Json = dict[str, Any]


@dataclass(frozen=True)
class Brand:
    """One kind of shop: its name, what it sells and in which sizes."""

    name: str
    vendor: str
    # title, kind, option name, (variant title, US price) …
    goods: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...]


BRANDS = (
    Brand(
        "Fjordglow Skincare",
        "Fjordglow",
        (
            ("Cloudberry Serum", "Serum", "Size", (("30 ml", "42.00"), ("50 ml", "58.00"))),
            ("Birch Balm", "Balm", "Title", (("Default Title", "24.00"),)),
            ("Sea Kelp Cleanser", "Cleanser", "Size", (("100 ml", "19.00"), ("250 ml", "34.00"))),
            ("Oat Milk Moisturiser", "Cream", "Size", (("50 ml", "36.00"), ("100 ml", "59.00"))),
            ("Midnight Sun SPF 50", "Sun care", "Size", (("75 ml", "29.00"),)),
            ("Spruce Needle Toner", "Toner", "Title", (("Default Title", "22.50"),)),
            ("Rosehip Night Oil", "Oil", "Size", (("15 ml", "27.00"), ("30 ml", "45.00"))),
            ("Lingonberry Lip Tint", "Lip care", "Shade", (("Crème", "14.00"), ("Rouge", "14.00"), ("Mûre", "14.00"))),
            ("Salt & Juniper Hand Cream", "Hand care", "Title", (("Default Title", "16.00"),)),
            ("Glacier Clay Mask", "Mask", "Size", (("60 ml", "31.00"),)),
            ("The Travel Trio", "Set", "Title", (("Default Title", "68.00"),)),
            ("Linen Face Cloths", "Accessory", "Colour", (("Sand", "12.00"), ("Moss", "12.00"))),
            ("Blåbär Eye Gel", "Eye care", "Title", (("Default Title", "33.00"),)),
            ("Heather Bath Soak", "Bath", "Size", (("300 g", "21.00"), ("900 g", "48.00"))),
            ("Wool Dryer Pouch", "Accessory", "Title", (("Default Title", "9.50"),)),
        ),
    ),
    Brand(
        "Northlight Outdoor",
        "Northlight",
        (
            ("Merino Base Layer", "Apparel", "Size", (("S", "69.00"), ("M", "69.00"), ("L", "69.00"), ("XL", "72.00"))),
            ("Ridge Rain Shell", "Apparel", "Size", (("S", "149.00"), ("M", "149.00"), ("L", "149.00"))),
            ("Trail Mug", "Camp kitchen", "Colour", (("Pine", "18.00"), ("Ember", "18.00"))),
            ("Lantern Nº 2", "Light", "Title", (("Default Title", "54.00"),)),
            ("Dry Bag", "Packs", "Volume", (("10 l", "24.00"), ("20 l", "32.00"))),
            ("Day Pack 22", "Packs", "Colour", (("Slate", "98.00"), ("Ochre", "98.00"))),
            ("Wool Beanie", "Apparel", "Colour", (("Rust", "27.00"), ("Fog", "27.00"))),
            ("Camp Blanket", "Camp", "Title", (("Default Title", "79.00"),)),
            ("Cork Trekking Grips", "Gear", "Title", (("Default Title", "21.00"),)),
            ("Fire Starter Kit", "Camp kitchen", "Title", (("Default Title", "16.50"),)),
            ("Hiking Socks, 2 pairs", "Apparel", "Size", (("36–39", "23.00"), ("40–43", "23.00"), ("44–47", "23.00"))),
            ("Enamel Plate Set", "Camp kitchen", "Title", (("Default Title", "38.00"),)),
            ("Down Quilt", "Camp", "Length", (("Regular", "219.00"), ("Long", "239.00"))),
            ("Repair Patches", "Gear", "Title", (("Default Title", "8.00"),)),
            ("Field Notebook", "Gear", "Title", (("Default Title", "12.00"),)),
        ),
    ),
    Brand(
        "Little Harbour Coffee",
        "Little Harbour",
        (
            ("Lighthouse Espresso", "Coffee", "Weight", (("250 g", "15.00"), ("1 kg", "49.00"))),
            ("Fogbank Filter Roast", "Coffee", "Weight", (("250 g", "16.50"), ("1 kg", "54.00"))),
            ("Quiet Tide Decaf", "Coffee", "Weight", (("250 g", "16.00"),)),
            ("Single Origin Huila", "Coffee", "Weight", (("250 g", "19.00"), ("1 kg", "64.00"))),
            ("Pour-over Dripper", "Brew gear", "Colour", (("White", "28.00"), ("Navy", "28.00"))),
            ("Paper Filters, 100", "Brew gear", "Title", (("Default Title", "7.50"),)),
            ("Hand Grinder", "Brew gear", "Title", (("Default Title", "119.00"),)),
            ("Harbour Mug", "Cups", "Colour", (("Sail", "17.00"), ("Kelp", "17.00"))),
            ("Cold Brew Bottle", "Brew gear", "Title", (("Default Title", "34.00"),)),
            ("Oat & Sea Salt Cookies", "Food", "Title", (("Default Title", "9.00"),)),
            ("Taster Box", "Set", "Title", (("Default Title", "39.00"),)),
            ("Brass Scoop", "Brew gear", "Title", (("Default Title", "13.00"),)),
            ("Cà phê Sữa Kit", "Set", "Title", (("Default Title", "31.00"),)),
            ("Tea Towel", "Accessory", "Pattern", (("Knots", "14.00"), ("Waves", "14.00"))),
            ("Barista Brush", "Brew gear", "Title", (("Default Title", "11.00"),)),
        ),
    ),
)
SERIES = ("Classic", "Reserve", "Studio", "Winter", "Summer", "Anniversary", "Little", "Grand")
FIRST_PRODUCT = 7_300_000_000_001
FIRST_VARIANT = 41_200_000_000_011
FIRST_COLLECTION = 288_000_000_017


def brand_of(seed: int) -> Brand:
    """Choose the shop's brand by its seed."""
    return BRANDS[seed % len(BRANDS)]


def handle_of(title: str) -> str:
    """Make a product's handle of its title, as the storefront's URLs have it."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def price_in(currency: str, dollars: str) -> str:
    """Turn a US price into one that looks right in *currency*."""
    level = Decimal(str(money.PRICE_LEVEL.get(currency, 1)))
    amount = Decimal(dollars) * level
    if level >= 100:
        amount = (amount / 10).quantize(Decimal(1)) * 10
    elif level >= 4:
        amount = amount.quantize(Decimal(1))
    return money.text(money.minor(amount, currency), currency)


def products(seed: int, count: int, currency: str, now: datetime, zone: ZoneInfo) -> list[Json]:
    """Make *count* products; from 12 on the last is a gift card, and one is archived, one a draft, one sold out."""
    rng = random.Random(seed * 7919 + 11)
    brand = brand_of(seed)
    made: list[Json] = []
    variant_id = FIRST_VARIANT
    for i in range(count):
        title, kind, option, sizes = brand.goods[i % len(brand.goods)]
        round_ = i // len(brand.goods)
        if round_:
            title = f"{SERIES[(round_ - 1) % len(SERIES)]} {title}" + (f" {round_}" if round_ > len(SERIES) else "")
        gift_card = count >= 12 and i == count - 1
        if gift_card:
            title, kind, option, sizes = "Gift card", "Gift card", "Denominations", (("25", "25.00"), ("50", "50.00"))
        created = now - timedelta(days=700 - (i * 37) % 400, hours=rng.randrange(9, 18), minutes=rng.randrange(60))
        product_id = FIRST_PRODUCT + i * 4096 + rng.randrange(4000)
        status = "active"
        if count >= 12 and i == 8:
            status = "archived"
        elif count >= 12 and i == 9:
            status = "draft"
        made_on = written(created, zone)
        variants = []
        for position, (size, price) in enumerate(sizes, 1):
            cost = price_in(currency, price)
            stem = "".join(word[0] for word in handle_of(title).split("-"))[:4].upper()
            sku = "" if gift_card else f"{stem}-{i + 1:02d}" + (f"-{position}" if len(sizes) > 1 else "")
            variants.append(variant(variant_id, product_id, size, cost, position, sku, rng, made_on))
            if gift_card:
                variants[-1] |= {"taxable": False, "requires_shipping": False, "inventory_management": None, "grams": 0}
                variants[-1] |= {"title": cost, "option1": cost, "inventory_quantity": 0}
            variant_id += 32768
        if count >= 12 and i == 6:
            variants[0]["inventory_quantity"] = 0
        changed = written(created + timedelta(days=rng.randrange(1, 90)), zone)
        made.append(
            product(product_id, title, brand.vendor, kind, made_on, changed, option, variants)
            | {
                "published_at": None if status != "active" else written(created + timedelta(hours=2), zone),
                "status": status,
                "tags": ", ".join(rng.sample(["bestseller", "gift idea", "new", "vegan", "limited"], rng.randrange(3))),
            }
        )
    return made


def product(
    key: int, title: str, vendor: str, kind: str, created: str, changed: str, option: str, variants: list[Json]
) -> Json:
    """Write one product with its variants, not published yet."""
    return {
        "id": key,
        "title": title,
        "body_html": f"<p>{title} by {vendor}. Made in small batches.</p>",
        "vendor": vendor,
        "product_type": kind,
        "created_at": created,
        "handle": handle_of(title),
        "updated_at": changed,
        "published_at": None,
        "template_suffix": None,
        "published_scope": "web",
        "tags": "",
        "status": "draft",
        "admin_graphql_api_id": f"gid://shopify/Product/{key}",
        "variants": variants,
        "options": [
            {
                "id": key + 5,
                "product_id": key,
                "name": option,
                "position": 1,
                "values": [v["title"] for v in variants],
            }
        ],
        **pictures(key, handle_of(title), created),
    }


def variant(
    key: int, product_id: int, title: str, price: str, position: int, sku: str, rng: random.Random, created: str
) -> Json:
    """Make one variant as it stands inside its product."""
    return {
        "id": key,
        "product_id": product_id,
        "title": title,
        "price": price,
        "position": position,
        "inventory_policy": "deny",
        "compare_at_price": None,
        "option1": title,
        "option2": None,
        "option3": None,
        "created_at": created,
        "updated_at": created,
        "taxable": True,
        "barcode": f"40{rng.randrange(10**10):010d}0"[:13] if sku else "",
        "fulfillment_service": "manual",
        "grams": rng.randrange(40, 900),
        "inventory_management": "shopify",
        "requires_shipping": True,
        "sku": sku,
        "weight": 0.25,
        "weight_unit": "kg",
        "inventory_item_id": key + 2_000_000_000_000,
        "inventory_quantity": rng.randrange(40, 400),
        "old_inventory_quantity": 0,
        "admin_graphql_api_id": f"gid://shopify/ProductVariant/{key}",
        "image_id": None,
    }


def pictures(product_id: int, handle: str, created: str) -> Json:
    """Make the product's one picture, under ``images`` and ``image``."""
    picture: Json = {
        "id": product_id + 9,
        "alt": None,
        "position": 1,
        "product_id": product_id,
        "created_at": created,
        "updated_at": created,
        "admin_graphql_api_id": f"gid://shopify/MediaImage/{product_id + 9}",
        "width": 1200,
        "height": 1200,
        "src": f"https://cdn.practice.example/files/{handle}.jpg?v=1",
        "variant_ids": [],
    }
    return {"images": [picture], "image": picture}


def collections(made: list[Json]) -> dict[int, Json]:
    """Group the products: everything, and each kind that has more than one."""
    groups = [("All", [p["id"] for p in made])]
    for kind in dict.fromkeys(p["product_type"] for p in made):
        members = [p["id"] for p in made if p["product_type"] == kind]
        if len(members) > 1:
            groups.append((kind, members))
    return {
        FIRST_COLLECTION + i * 64: {
            "id": FIRST_COLLECTION + i * 64,
            "title": title,
            "handle": handle_of(title),
            "product_ids": members,
        }
        for i, (title, members) in enumerate(groups)
    }
