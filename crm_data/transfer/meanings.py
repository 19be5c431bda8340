"""What other systems call our coded values: stages, states, priorities and kinds, letters and digits alone."""

_PRIORITIES = {
    "high": "hot highest urgent critical veryhigh p1 important hoch haute alta",
    "medium": "normal warm moderate p2 mittel moyenne media",
    "low": "none cold lowest p3 p4 niedrig basse baja bassa",
}
# (table, field) -> our value -> the words for it.
_SAID: dict[tuple[str, str], dict[str, str]] = {
    ("deals", "stage"): {
        "prospect": "prospecting new leadin incoming appointmentscheduled contactmade discovery identified open",
        "qualified": "engaging qualification qualifiedtobuy needsanalysis needsdefined perceptionanalysis"
        " iddecisionmakers identifydecisionmakers presentationscheduled demoscheduled",
        "proposal": "proposalpricequote proposalmade proposalsent quote quotesent valueproposition proposition",
        "negotiation": "negotiationreview negotiationsstarted decisionmakerboughtin contractsent contract verbal",
        "closed_won": "won closedwon gewonnen gagné ganado",
        "closed_lost": "lost closedlost closedlosttocompetition abandoned verloren perdu perdido",
    },
    ("deals", "status"): {"open": "active inprogress", "won": "closedwon", "lost": "closedlost abandoned"},
    ("customers", "customer_type"): {
        "business": "company firm organisation organization b2b firma",
        "individual": "person contact b2c private privat",
    },
    ("customers", "status"): {
        "active": "customer customerdirect customerchannel customerreseller evangelist client subscribed",
        "prospect": "lead subscriber marketingqualifiedlead salesqualifiedlead opportunity suspect",
        "inactive": "former formercustomer paused",
        "lost": "churned",
    },
    ("customers", "priority"): _PRIORITIES,
    ("leads", "status"): {
        "new": "open opennotcontacted notcontacted untouched unworked",
        "contacted": "working workingcontacted attemptedtocontact attempted connected inprogress contactinfuture"
        " nurturing nurture engaged badtiming",
        "qualified": "opendeal prequalified closedconverted converted",
        "lost": "unqualified notqualified junklead junk lostlead closednotconverted disqualified dead recycled",
    },
    ("leads", "priority"): _PRIORITIES,
    ("tasks", "status"): {
        "pending": "open todo notstarted undone deferred waiting waitingforinput waitingonsomeoneelse planned",
        "in_progress": "started doing working",
        "completed": "done complete closed finished",
        "cancelled": "canceled",
    },
    ("tasks", "priority"): {
        **{name: words for name, words in _PRIORITIES.items() if name != "high"},
        "high": "hot p1 important hoch haute alta",
        "urgent": "highest critical veryhigh p0",
    },
    ("tasks", "task_type"): {
        "call": "phone phonecall telephone anruf",
        "email": "mail sendemail",
        "meeting": "event lunch demo appointment visit",
        "general": "todo task deadline other linkedin linkedintask",
    },
    ("activities", "activity_type"): {
        "call": "phone phonecall outbound inbound telephone anruf",
        "email": "mail sentemail incomingemail",
        "meeting": "event lunch demo appointment visit",
        "note": "task todo deadline comment other",
    },
}
# (table, field) -> a word, squeezed -> our value.
WORDS: dict[tuple[str, str], dict[str, str]] = {
    where: {word: ours for ours, words in said.items() for word in words.split()}
    for where, said in _SAID.items()
}
