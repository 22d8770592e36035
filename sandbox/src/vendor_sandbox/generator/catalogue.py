"""What the wholesaler sells, and the VAT that each thing carries in the UK.

Books, children's clothes and most food are zero-rated, child car seats are at 5 %, stamps and insurance exempt, a
deposit on a pallet is no supply at all; nearly everything else is at 20 %.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

STANDARD = "VAT 20%"
REDUCED = "VAT 5%"
ZERO_RATED = "VAT 0%"
EXEMPT = "VAT exempt"
EXPORT = "VAT 0% (export)"
CAPITAL = "VAT 20% (capital)"
TAX_PERCENTS: Final = {
    STANDARD: Decimal(20),
    REDUCED: Decimal(5),
    ZERO_RATED: Decimal(0),
    EXEMPT: Decimal(0),
    EXPORT: Decimal(0),
    CAPITAL: Decimal(20),
}
"""The taxes of the CRM by name."""
CARRIAGE_CODE = "CARR"
FEW = 3


@dataclass(frozen=True, slots=True)
class Product:
    """A thing that is sold. `tax` is a CRM tax; None: no tax at all. `price` in the home currency."""

    key: str
    name: str
    code: str | None
    price: Decimal
    tax: str | None
    category: str
    unit: str = "Each"


# category, tax, code, lowest and highest price in pence, what it is, its variants
_FAMILIES: Final = (
    ("home", STANDARD, "VAS", 850, 3900, "Vase", ("Ceramic", "Glass", "Enamel", "Brass")),
    ("books", ZERO_RATED, "BKR", 599, 1499, "Recipe Book", ("Soup", "Bread", "Garden")),
    ("home", STANDARD, "LAN", 1250, 4500, "Lantern", ("Brass", "Slate", "Glass", "Wicker")),
    ("clothes", ZERO_RATED, "CLJ", 895, 1995, "Child's Jumper", ("Cotton", "Woollen", "Striped")),
    ("food", ZERO_RATED, "TEA", 310, 890, "Loose Leaf Tea", ("Assam", "Green", "Mint")),
    ("home", STANDARD, "BOW", 695, 2995, "Serving Bowl", ("Ceramic", "Oak", "Enamel", "Glass")),
    ("car", REDUCED, "SEA", 3950, 8900, "Child Car Seat", ("Compact", "Swivel", "Booster", "Travel")),
    ("home", STANDARD, "FRA", 495, 1995, "Photo Frame", ("Oak", "Brass", "Slate", "Recycled")),
    ("services", EXEMPT, "STA", 660, 660, "Stamps", ("Book of 12",)),
    ("deposits", None, "PAL", 1500, 1500, "Deposit", ("Pallet",)),
    ("home", STANDARD, "MAT", 895, 2450, "Door Mat", ("Coir", "Recycled", "Cotton", "Wicker")),
    ("books", ZERO_RATED, "BKP", 450, 1099, "Picture Book", ("Harbour", "Forest", "Night")),
    ("home", STANDARD, "CAN", 350, 1590, "Candle Holder", ("Glass", "Brass", "Slate", "Ceramic")),
    ("food", ZERO_RATED, "COF", 495, 1195, "Ground Coffee", ("Dark", "House", "Decaf")),
    ("home", STANDARD, "BAS", 995, 3495, "Storage Basket", ("Wicker", "Cotton", "Recycled", "Woollen")),
    ("clothes", ZERO_RATED, "CLR", 1195, 2795, "Child's Raincoat", ("Yellow", "Navy", "Red")),
    ("home", STANDARD, "RUN", 795, 2195, "Table Runner", ("Cotton", "Woollen", "Striped", "Linen")),
    ("services", EXEMPT, "INS", 1200, 1200, "Insurance", ("Goods in Transit",)),
    ("home", STANDARD, "CUS", 895, 3250, "Cushion", ("Cotton", "Woollen", "Linen", "Velvet")),
    ("books", ZERO_RATED, "BKW", 699, 1299, "Walking Guide", ("Coast", "Moors", "Lakes")),
    ("home", STANDARD, "CLK", 1450, 5900, "Wall Clock", ("Oak", "Slate", "Brass", "Enamel")),
    ("food", ZERO_RATED, "OAT", 145, 350, "Oatcakes", ("Plain", "Cheese", "Seeded")),
    ("toys", STANDARD, "TOY", 995, 3995, "Toy Train", ("Oak", "Painted", "Beech", "Travel")),
    ("home", STANDARD, "GAR", 650, 2250, "Garden Trowel", ("Steel", "Copper", "Short", "Long")),
)
_POOLS: Final = {
    "books": frozenset({"books"}),
    "children": frozenset({"clothes", "toys", "car", "books"}),
    "food": frozenset({"food", "home"}),
    "export": frozenset({"home", "books", "clothes", "toys"}),
}


def plan_catalogue(seed: str, count: int) -> list[Product]:
    """`count` products; beyond the catalogue's own, further runs of it with a number. Carriage, unless they are few."""
    rng = random.Random(f"{seed}:catalogue")  # noqa: S311 - a repeatable company, no secret
    made: list[Product] = []
    if count >= FEW:
        made.append(Product("carriage", "Carriage", CARRIAGE_CODE, Decimal("9.50"), STANDARD, "carriage"))
    edition = 0
    while len(made) < count:
        made += _plan_edition(rng, edition)
        edition += 1
    return made[:count]


def _plan_edition(rng: random.Random, edition: int) -> list[Product]:
    """Every variant once; the first variants of all families come first."""
    suffix = f" {edition + 1}" if edition else ""
    made = []
    for variant in range(max(len(family[-1]) for family in _FAMILIES)):
        for category, tax, code, low, high, thing, variants in _FAMILIES:
            if variant < len(variants):
                price = Decimal(rng.randrange(low, high + 1, 5)).scaleb(-2)
                number = edition * 10 + variant + 1
                name = f"{variants[variant]} {thing}{suffix}"
                unit = rng.choice(("Each", "Each", "Box", "Pack"))
                made.append(Product(f"{code}-{number:02d}", name, f"{code}-{number:02d}", price, tax, category, unit))
    return made


def list_pool(products: list[Product], kind: str) -> list[Product]:
    """What a customer of this kind buys; everything but carriage where the kind says nothing."""
    goods = [product for product in products if product.category != "carriage"]
    wanted = _POOLS.get(kind)
    chosen = [product for product in goods if wanted is not None and product.category in wanted]
    return chosen or goods


def find_carriage(products: list[Product]) -> Product | None:
    """The product that carriage is charged with."""
    return next((product for product in products if product.category == "carriage"), None)
