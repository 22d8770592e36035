"""Words from which a believable UK wholesaler's world is put together. Nobody real is meant."""

from __future__ import annotations

TOWNS = (
    ("Leeds", "West Yorkshire", "LS1"),
    ("Bristol", "Avon", "BS1"),
    ("Norwich", "Norfolk", "NR1"),
    ("Exeter", "Devon", "EX1"),
    ("Glasgow", "Lanarkshire", "G1"),
    ("Cardiff", "South Glamorgan", "CF10"),
    ("Durham", "County Durham", "DH1"),
    ("York", "North Yorkshire", "YO1"),
)
STREETS = ("High Street", "Mill Lane", "Station Road", "Church Street", "Market Place", "Dock Road", "Canal Street")
FIRST_WORDS = (
    "Alder",
    "Beacon",
    "Cobalt",
    "Dovetail",
    "Ember",
    "Fern",
    "Granary",
    "Harbour",
    "Ivory",
    "Juniper",
    "Kestrel",
    "Lantern",
    "Meadow",
    "Northgate",
    "Orchard",
    "Pebble",
    "Quarry",
    "Rowan",
    "Saffron",
    "Thistle",
)
TRADES = ("Interiors", "Gifts", "Homeware", "Garden Centre", "Stationers", "Trading", "Stores", "Cafe Supplies")
FORMS = ("Ltd", "Limited", "LLP", "& Sons", "plc")
FIRST_NAMES = ("Amara", "Ben", "Chloe", "Dev", "Elin", "Farid", "Grace", "Hugh", "Isla", "Jonas", "Kira", "Leo", "Mina")
LAST_NAMES = ("Ashworth", "Bello", "Carver", "Dunne", "Ellery", "Frost", "Grainger", "Holt", "Iqbal", "Jessop", "Khan")
MATERIALS = ("Ceramic", "Glass", "Oak", "Wicker", "Enamel", "Cotton", "Slate", "Brass", "Recycled", "Woollen")
# What is sold, and the rate it carries: most things 20 %, a few at 5 % or zero-rated.
GOODS = (
    ("Vase", "20"),
    ("Lantern", "20"),
    ("Serving Bowl", "20"),
    ("Photo Frame", "20"),
    ("Door Mat", "20"),
    ("Candle Holder", "20"),
    ("Storage Basket", "20"),
    ("Table Runner", "20"),
    ("Child Car Seat Cover", "5"),
    ("Draught Excluder", "5"),
    ("Recipe Book", "0"),
    ("Child's Apron", "0"),
)
