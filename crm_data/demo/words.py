"""Words that the made-up data is made of. No person, firm or number here is real: domains end in .example."""

FIRST_NAMES = (
    "Adam", "Alice", "Amara", "Anders", "Anna", "Ben", "Bianca", "Carlos", "Clara", "Daniel", "David",
    "Diego", "Ella", "Emma", "Eva", "Farid", "Felix", "Fiona", "Gemma", "Hannah", "Hugo", "Ines", "Ivan",
    "Jack", "Jane", "Joel", "Julia", "Karim", "Kate", "Laura", "Leon", "Lina", "Lucy", "Maria", "Mark",
    "Maya", "Mina", "Nora", "Oliver", "Omar", "Paul", "Rachel", "Ravi", "Rosa", "Samuel", "Sara",
    "Simon", "Tessa", "Theo", "Tomas", "Vera", "Wei", "Yuki", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Adeyemi", "Ahmed", "Barker", "Bauer", "Bell", "Brooks", "Carr", "Castillo", "Chan",
    "Cole", "Dalton", "Diaz", "Doyle", "Ellis", "Farrow", "Fischer", "Flynn", "Fraser", "Garner",
    "Grant", "Gupta", "Hale", "Hart", "Hughes", "Ibrahim", "Jensen", "Kaur", "Keller", "Kim", "Lane",
    "Larsen", "Lowe", "Marsh", "Mendes", "Morgan", "Nash", "Novak", "O'Brien", "Owens", "Page", "Park",
    "Porter", "Quinn", "Reyes", "Rossi", "Shaw", "Silva", "Stone", "Tanaka", "Vance", "Walsh", "Webb",
    "Wong", "Young",
)  # fmt: skip
PLACE_WORDS = (
    "Alder", "Amber", "Ashgrove", "Birchwood", "Bluebell", "Bridge Street", "Canal", "Cedar", "Clover",
    "Cobble", "Copper", "Corner", "Crescent", "Eastgate", "Elm", "Fernhill", "Foxglove", "Garden",
    "Granite", "Greenway", "Hawthorn", "Hazel", "High Street", "Hillside", "Ivy", "Juniper",
    "Kingfisher", "Lakeside", "Lantern", "Larch", "Linden", "Maple", "Market Square", "Meadow",
    "Millbrook", "Moorland", "Northfield", "Oak Lane", "Old Mill", "Orchard", "Parkside", "Pebble",
    "Quarry", "Redwood", "River", "Rowan", "Saltmarsh", "Southbank", "Spruce", "Station Road",
    "Sycamore", "Teal", "Thistle", "Tide", "Valley", "Westbrook", "Willow", "Windmill",
)  # fmt: skip

# City, state, country, start of the postal code and of the telephone number; its ends are never given out.
AMERICA = (
    ("Portland", "OR", "United States", "972", "+1 503 555 01"),
    ("Seattle", "WA", "United States", "981", "+1 206 555 01"),
    ("Eugene", "OR", "United States", "974", "+1 541 555 01"),
    ("Boise", "ID", "United States", "837", "+1 208 555 01"),
    ("Sacramento", "CA", "United States", "958", "+1 916 555 01"),
    ("Oakland", "CA", "United States", "946", "+1 510 555 01"),
    ("Denver", "CO", "United States", "802", "+1 303 555 01"),
    ("Tacoma", "WA", "United States", "984", "+1 253 555 01"),
)
BRITAIN = (
    ("Bristol", "England", "United Kingdom", "BS", "+44 117 496 00"),
    ("London", "England", "United Kingdom", "SE", "+44 20 7946 00"),
    ("Manchester", "England", "United Kingdom", "M", "+44 161 496 00"),
    ("Leeds", "England", "United Kingdom", "LS", "+44 113 496 00"),
    ("Edinburgh", "Scotland", "United Kingdom", "EH", "+44 131 496 00"),
    ("Glasgow", "Scotland", "United Kingdom", "G", "+44 141 496 00"),
    ("Cardiff", "Wales", "United Kingdom", "CF", "+44 29 2018 00"),
    ("Belfast", "Northern Ireland", "United Kingdom", "BT", "+44 28 9649 60"),
)
STREETS = (
    "Main Street",
    "Station Road",
    "Mill Lane",
    "Park Avenue",
    "Church Street",
    "Harbour Way",
    "Oak Drive",
)

SOURCES = ("Website", "Referral", "Trade show", "Cold call", "Partner", "Newsletter")
# How often each of the product's first reasons for a loss is given.
LOSS_WEIGHTS = (34, 24, 16, 14, 12)
CUSTOMER_NOTES = (
    "Prefers e-mail to the telephone.",
    "Orders at the start of each quarter.",
    "Invoices go to the accounts department, not to the contact.",
    "Wants one delivery a month and no more.",
    "Asked to be told early about price changes.",
    "Deliveries by the back entrance, mornings only.",
)

# Per kind: title, description, outcome. {what} is the deal, the lead or the customer.
TALKS = {
    "call": (
        ("Called about {what}", "Went through the open questions and agreed on what comes next.", "Reached"),
        ("Tried to reach {what}", "Nobody answered; left a message asking for a call back.", "No answer"),
        ("Call back from {what}", "They had questions about delivery dates and payment terms.", "Reached"),
        ("Short call with {what}", "Confirmed the numbers from last week.", "Reached"),
    ),
    "email": (
        ("Sent the price list to {what}", "With this year's prices and the terms for larger orders.", "Sent"),
        ("Sent a reminder to {what}", "Asked whether there are any questions about the last mail.", "Sent"),
        ("Answered questions of {what}", "Sent the data sheets and two references.", "Answered"),
        ("Sent the proposal to {what}", "Valid for thirty days.", "Sent"),
    ),
    "meeting": (
        ("Met {what}", "Visited them and saw how they work today. Three people took part.", "Went well"),
        ("Video meeting with {what}", "Showed what we offer; they will talk it over.", "Went well"),
        ("Second meeting with {what}", "They want a lower price for a longer term.", "Open points"),
    ),
    "note": (
        ("Note on {what}", "The decision is made by two people; both must agree.", None),
        ("Note on {what}", "A competitor has made them an offer too.", None),
        ("Note on {what}", "Budget is set for this year; the order must be placed before it ends.", None),
        ("Note on {what}", "Their buyer is away for two weeks.", None),
    ),
}  # fmt: skip
SERVICE = {
    "call": (("Checked in with {what}", "All fine; they expect to order again soon.", "Reached"),),
    "email": (("Sent the newsletter offer to {what}", "With the season's offers.", "Sent"),),
    "meeting": (("Yearly review with {what}", "Went through the year's orders and plans.", "Went well"),),
    "note": (("Note on {what}", "Their delivery address changes at the end of the month.", None),),
}
DURATION = {"call": (4, 35), "meeting": (30, 95), "email": None, "note": None}
TASKS = {
    "call": ("Call {what}", "Call back {what}", "Ask {what} for a decision"),
    "email": ("Send the proposal to {what}", "Send prices to {what}", "Write to {what} about the terms"),
    "meeting": ("Meet {what}", "Prepare the meeting with {what}", "Show samples to {what}"),
    "general": ("Prepare the contract for {what}", "Check the stock for {what}", "Update the file of {what}"),
}
