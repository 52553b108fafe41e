"""Names, streets, towns: the words from which businesses and people are put together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random


def _words(text: str, separator: str = " ") -> list[str]:
    """The words of a block."""
    return [word.strip() for line in text.splitlines() for word in line.split(separator) if word.strip()]


FRONTS = _words("""
Alder Amber Anchor Antelope Apex Bayou Beacon Birch Bluebonnet Bluff Boulder Brazos Brookfield Buckhorn Caddo
Canyon Capstone Cardinal Cedar Chisholm Cimarron Claremont Coastal Comanche Concho Copper Cottonwood Crestview
Cypress Delta Dogwood Eastgate Eldorado Fairmont Falcon Frontier Garrison Granite Guadalupe Harbor Hawthorne
Heritage Highland Hillcrest Ironwood Jasper Juniper Kingfisher Lakeshore Lantern Laurel Liberty Limestone
Magnolia Meridian Mesa Mesquite Midland Mockingbird Norwood Oakmont Osage Palomino Parkway Pecan Pelican
Pinnacle Prairie Quarry Redbud Riverbend Rockport Sabine Sandhill Sequoia Silverado Southwind Stonebridge
Summit Sycamore Tejas Timber Trinity Tupelo Vista Walnut Westover Whitetail Wildflower Willow Windmill
Wrangler Yellowstone Zephyr
""")

KINDS = _words(
    """
Dental|Bakery|Brewing|Orthopedics|Logistics|Storage|Apartments|Hotel|Animal Hospital|Foods|Printing|Furniture
Pharmacy|Fitness|Auto Body|Hardware|Nursery|Steel|Senior Living|Day Care|Law Offices|Insurance|Optical|Cold Storage
Tire Center|Event Hall|Car Wash|Lumber|Plastics|Packaging|Funeral Home|Cinema|Golf Club|Laundry|Credit Union|Realty
""",
    "|",
)

PUBLIC_KINDS = ["Elementary School", "Baptist Church", "County Library", "Community College", "Food Bank"]

SUFFIXES = ["LLC", "Inc.", "", "", "Co.", "L.P.", "Corp.", "PLLC"]

FIRST = _words("""
Maria James Linda Robert Patricia John Jennifer Michael Elizabeth David Barbara William Susan Richard Jessica
Joseph Sarah Thomas Karen Carlos Nancy Daniel Rosa Matthew Aisha Anthony Mei Mark Olga Paul Fatima Steven Ines
Andrew Chloe Kenneth Amara George Yolanda Joshua
""")

LAST = _words("""
Alvarez Nguyen Carter Okoye Peña Schneider Boudreaux Hernandez McAllister Patel Thibodeaux Kowalski Ramirez
Whitfield Castillo Fontenot Gallagher Haddad Ibarra Jankowski Kessler Landry Mendoza Novak O'Brien Pruitt
Quintero Robichaux Salazar Tran Underwood Villarreal Weiss Yamada Zamora Babineaux Crenshaw Delgado Espinoza
Fitzgerald
""")

STREETS = _words(
    """
Main St|Oak Ave|Commerce St|Industrial Blvd|Elm St|Preston Rd|Lamar Blvd|Ranch Rd 12|Highway 71 W|Airport Fwy
Cedar Ln|Market St|Congress Ave|Mill Creek Dr|Church St|Depot St|Lakeview Dr|Pecan St|Railroad Ave|Mockingbird Ln
""",
    "|",
)

TOWNS = [
    ("Austin", "TX", "78701", "512"), ("Dallas", "TX", "75201", "214"), ("Houston", "TX", "77002", "713"),
    ("San Antonio", "TX", "78205", "210"), ("Fort Worth", "TX", "76102", "817"), ("Waco", "TX", "76701", "254"),
    ("Round Rock", "TX", "78664", "737"), ("Tyler", "TX", "75702", "903"), ("Lubbock", "TX", "79401", "806"),
    ("Tulsa", "OK", "74103", "918"), ("Norman", "OK", "73069", "405"), ("Lawton", "OK", "73501", "580"),
    ("Shreveport", "LA", "71101", "318"), ("Lake Charles", "LA", "70601", "337"),
]  # fmt: skip
TOWN_WEIGHTS = [16, 16, 14, 12, 10, 6, 6, 5, 4, 6, 4, 2, 4, 3]
CANADIAN_TOWNS = [
    ("Calgary", "AB", "T2P 1J9", "403"),
    ("Toronto", "ON", "M5H 2N2", "416"),
    ("Regina", "SK", "S4P 3Y2", "306"),
]

ALIASES = {"Street": "St", "Avenue": "Ave", "Boulevard": "Blvd", "Road": "Rd", "Drive": "Dr", "Lane": "Ln"}


def business_names(rng: random.Random, count: int) -> list[str]:
    """As many different names as asked for, none of them the beginning of a legal suffix game with another."""
    pairs = [f"{front} {kind}" for front in FRONTS for kind in KINDS]
    rng.shuffle(pairs)
    number = 2
    while len(pairs) < count:
        pairs += [f"{name} {number}" for name in pairs[: len(FRONTS) * len(KINDS)]]
        number += 1
    return pairs[:count]


def people(rng: random.Random, count: int) -> list[tuple[str, str]]:
    """First and last names, each pair once while there are enough."""
    pairs = [(first, last) for first in FIRST for last in LAST]
    rng.shuffle(pairs)
    return [pairs[n % len(pairs)] for n in range(count)]


def street(rng: random.Random) -> str:
    """A street address."""
    return f"{rng.randint(100, 9899)} {rng.choice(STREETS)}"


def slug(name: str) -> str:
    """A name as part of a domain."""
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("ñ", "n"))
