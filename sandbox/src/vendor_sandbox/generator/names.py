"""Words from which a believable UK wholesaler's world is put together. Nobody real is meant."""

from __future__ import annotations

from typing import Final

# town, county, postcode area
TOWNS: Final = (
    ("Leeds", "West Yorkshire", "LS1"),
    ("Bristol", "Avon", "BS1"),
    ("Norwich", "Norfolk", "NR1"),
    ("Exeter", "Devon", "EX1"),
    ("Glasgow", "Lanarkshire", "G1"),
    ("Cardiff", "South Glamorgan", "CF10"),
    ("Durham", "County Durham", "DH1"),
    ("York", "North Yorkshire", "YO1"),
    ("Ludlow", "Shropshire", "SY8"),
    ("Kendal", "Cumbria", "LA9"),
    ("Lewes", "East Sussex", "BN7"),
    ("Totnes", "Devon", "TQ9"),
    ("Stirling", "Stirlingshire", "FK8"),
    ("Hexham", "Northumberland", "NE46"),
)
# town, country, postcode
EURO_TOWNS: Final = (
    ("Cork", "Ireland", "T12 X1A1"),
    ("Galway", "Ireland", "H91 X2B2"),
    ("Gent", "Belgium", "9000"),
    ("Utrecht", "Netherlands", "3511"),
    ("Lyon", "France", "69002"),
    ("Bremen", "Germany", "28195"),
    ("Graz", "Austria", "8010"),
    ("Porto", "Portugal", "4000-069"),
)
US_TOWN: Final = ("Portland", "United States", "04101")
STREETS: Final = (
    "High Street",
    "Mill Lane",
    "Station Road",
    "Church Street",
    "Market Place",
    "Dock Road",
    "Canal Street",
    "Castle Street",
)
FIRST_WORDS: Final = (
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
# What kind of shop it is, and the trades that such shops go by.
TRADES: Final = (
    ("shop", "Interiors"),
    ("shop", "Gifts"),
    ("books", "Books"),
    ("shop", "Homeware"),
    ("children", "Children's Store"),
    ("food", "Farm Shop"),
    ("shop", "Garden Centre"),
    ("food", "Cafe Supplies"),
    ("shop", "Trading"),
)
EURO_FORMS: Final = {
    "Ireland": "DAC",
    "Belgium": "BV",
    "Netherlands": "BV",
    "France": "SARL",
    "Germany": "GmbH",
    "Austria": "GmbH",
    "Portugal": "Lda",
}
EURO_TRADES: Final = ("Import", "Living", "Home and Garden", "Boutique")
FORMS: Final = ("Ltd", "Limited", "LLP", "& Sons", "plc")
MAKERS: Final = ("Potteries", "Glassworks", "Weavers", "Press", "Mills", "Woodworks", "Packaging", "Tea Merchants")
FIRST_NAMES: Final = (
    "Amara",
    "Ben",
    "Chloe",
    "Dev",
    "Elin",
    "Farid",
    "Grace",
    "Hugh",
    "Isla",
    "Jonas",
    "Kira",
    "Leo",
    "Mina",
    "Nell",
    "Owen",
    "Priya",
    "Rhys",
)
LAST_NAMES: Final = (
    "Ashworth",
    "Bello",
    "Carver",
    "Dunne",
    "Ellery",
    "Frost",
    "Grainger",
    "Holt",
    "Iqbal",
    "Jessop",
    "Khan",
    "Lister",
    "Marsh",
    "Norcross",
    "Okafor",
    "Pryce",
)
TITLES: Final = ("Owner", "Buyer", "Office manager", "Accounts")
