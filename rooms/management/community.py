"""What the people of a made-up community are called and say. Everything follows from one seed."""

import functools
import random
import string
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from accounts.names import username_look

FIRST: Final = """
Amelia Noah Ines Jonas Priya Mateo Yuki Lena Omar Sofia Kwame Freya Diego Aisha Tomas Mei Elias Nora Ravi Clara Hugo Zara
Luca Ida Samir Greta Felix Leila Oskar Maya Anton Tess Milan Ada Youssef Signe Bruno Carmen Emil Thandi Viktor Rosa Kenji
Alma Pavel Judith Idris Selma Marco Hanna Kofi Linnea Andre Farah Niklas Paula Tariq Vera Jasper Olga Wanda Rafael Sunniva
Imani Casper Bea Nils Dalia Arjun Frida Louis Esther Goran Marta Sven Yara Ivo Celine Dario Ebba
""".split()  # noqa: SIM905 (a list of names reads better so)
LAST: Final = """
Berg Okafor Lindqvist Moreau Tanaka Weber Silva Novak Haddad Jensen Costa Iyer Fischer Romero Dahl Petrov Nakamura Klein
Mensah Larsen Vidal Kaur Schmidt Baptiste Kowalski Aydin Rossi Eriksen Santos Bauer Khan Dubois Mwangi Horvat Nielsen
Marino Sato Vogel Castillo Lehmann Osei Virtanen Fontana Mehta Brandt Ortega Sorensen Wolff Adeyemi Keller
""".split()  # noqa: SIM905
BIOS: Final = [
    "Mostly tea, sometimes code.", "Here for the maps.", "Ask me about bread.", "On the bike when it does not rain.", "Designing quiet things.",
    "Runs the night shift.", "Learning to sail.", "Two cats, one keyboard.", "Plants on every window sill.", "Keeps the lights on.", "", "", "", "",
]  # fmt: skip
ZONES: Final = [
    "UTC",
    "Europe/Berlin",
    "Europe/Lisbon",
    "America/New_York",
    "Asia/Tokyo",
    "Africa/Lagos",
    "Asia/Kolkata",
    "",
]


class Theme(NamedTuple):
    """What a room is about, and how one asks and answers there."""

    name: str
    topic: str
    opens: tuple[str, ...]
    answers: tuple[str, ...]


THEMES: Final = (
    Theme(
        "harbour", "Where everybody arrives. Say hello, ask anything.",
        ("Good morning everyone", "Hello from {city}. First week here, and I am still finding my way around.", "Is there a guide for the {thing} somewhere?",
         "Who is in the office on {day}?", "Heads up: the {thing} will be away on {day} from {time} for about {n} minutes.", "Small win of the day: the {thing} finally works"),
        ("Welcome aboard", "Morning! Coffee is ready", "There is one, pinned in the wiki. Tell me if something in it is out of date.", "I am, until {time}.", "Thanks for the warning.",
         "Nice, that took a while", "See https://wiki.example.org/start, the second part", "I had the same question last week, so you are not alone."),
    ),
    Theme(
        "engineering", "Building it, breaking it, fixing it.",
        ("The build is red since {time}. Anybody looking at it?", "What do we do about the flaky test in `{file}`?", "I would like to move {thing} behind a flag before {day}. Objections?",
         "Review, please: https://code.example.org/talk/pull/{n}", "Why does `{func}` take {n} ms on an empty list?", "Release {version} is out. **{n} fixes**, notes below."),
        ("On it.", "That is mine, sorry. Reverting now.", "It only fails when the clock jumps, I think.\nI can reproduce it with:\n```bash\npytest -k {func} --count {n}\n```", "Looks good, two small remarks inside.",
         "Because it opens a connection first:\n```python\ndef {func}(rows):\n    with connect() as db:\n        return [db.get(row) for row in rows]\n```", "> {quote}\n\nAgreed, let's do that.", "Green again.",
         "I would rather not touch `{file}` this week, but after {day} it is all yours.", "Merged, thanks @{who}!"),
    ),
    Theme(
        "design", "Drafts, doubts and decisions.",
        ("New draft of the {thing}: https://draw.example.org/d/{n}", "Is {n} px too much space above the {thing}?", "Which reads better, _{quote}_ or _nothing yet_?", "The contrast of the pale one is {n}/10 at best, so I darkened it."),
        ("The second one, clearly.", "Love the calm of it", "Could the {thing} be a little quieter?", "Tried it on my phone, the buttons are hard to hit with a thumb.", "Much better with the line gone.",
         "- the head is fine\n- the list needs air\n- I would drop the shadow", "@{who} what do you think?"),
    ),
    Theme(
        "support", "People need us. Be kind, be quick.",
        ("A customer in {city} cannot sign in since {time}.", "How do I explain the {thing} in two sentences?", "Ticket {n} again. It is the {thing}, I am sure.", "Somebody asks whether we plan dark mode for the {thing}. Do we?"),
        ("Ask them for the exact time, please, then I can look.", "Same as ticket {n}: clearing the cache helps.", "We do, after {day}.", "I'll write to them.", "They wrote back: it works now, and they say thank you.",
         "||They had caps lock on.||", "1. sign out\n2. wait a minute\n3. sign in again"),
    ),
    Theme(
        "kitchen", "Lunch, recipes, and who broke the kettle.",
        ("Lunch at {time}? The place at the corner has {food} today.", "Who made the {food}? It is wonderful.", "The kettle is dead. Long live the kettle.", "Recipe for the {food}, as promised: https://food.example.org/{n}"),
        ("In!", "Save me a seat, I am {n} minutes late.", "Without onions for me, please.", "I brought {food}, help yourselves.", ":yum:", "Guilty.", "Best {food} in {city}, no discussion."),
    ),
    Theme(
        "music", "What are you listening to?",
        ("On repeat today: https://music.example.org/a/{n}", "Anybody going to the concert in {city} on {day}?", "I need something calm without words for the next {n} hours."),
        ("Oh, I had forgotten that one", "Two tickets left over, tell me if you want one.", "Try the piano ones, number {n} is my favourite.", "Too many drums for a {day}.", "🎶"),
    ),
    Theme(
        "outdoors", "Walks, boats, bikes and weather.",
        ("The weather for {day} looks good: who comes along to the lake?", "{n} km yesterday, and I can feel every one of them.", "Does somebody have a pump? Mine is in {city}."),
        ("Me, if we start before {time}", "Take the path along the river, the other one is flooded.", "I have one, it is in the shed.", "Photos, please!", "Rain from {time} on, they say.", "🚲🌞"),
    ),
    Theme(
        "releases", "What goes out, when, and what it needs.",
        ("Plan for {version}:\n- [x] notes\n- [ ] translations\n- [ ] the {thing}", "Freeze is on {day} at {time}.", "| what | who |\n|------|-----|\n| notes | @{who} |\n| {thing} | open |"),
        ("Translations are done.", "I take the {thing}.", "Can we have until {time}?", "No, but there is always {version}.", "Shipped :tada:", "~~Blocked~~ not any more."),
    ),
)  # fmt: skip
PRIVATE_THEMES: Final = (
    Theme("planning", "What next quarter holds.", THEMES[7].opens, THEMES[7].answers),
    Theme("on-call", "Whoever is awake.", THEMES[3].opens, THEMES[3].answers),
)
SMALL_TALK: Final = (
    "Thanks!", "ok", "Sounds good to me.", "Ha, yes.", "Not sure yet, give me an hour.", "+1", "👍", "👋", "🎉🎉", "Good point.", "Let me check.", "Done.", "Back in {n} minutes.", "That's what I thought, too.",
    "@{who} can you have a look?", "Why not both?", "I'd wait until {day}.", "Sure, {time} works.", "Hm, really? I remember it differently.", "See you on {day}.", "Grüße aus {city}!", "No worries, it happens.", "*shrugs*",
    "What about the {thing}?", "Let's talk about it at {time}.", "Exactly this.", "❤️", "One moment, please.", "It's in `{file}`.", "I agree with @{who}.", "We could ask @{who}, they know the {thing} best.", "Never mind, found it.",
)  # fmt: skip
WORDS: Final = {
    "city": ("Lisbon", "Berlin", "Kyoto", "Accra", "Oslo", "Porto", "Lyon", "Mumbai", "Graz", "Galway", "Tartu", "Valparaíso"),
    "thing": ("door system", "printer", "sidebar", "search", "import", "newsletter", "calendar", "sign-in page", "dashboard", "nightly backup", "mobile menu", "price list"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "file": ("rooms/views.py", "settings.toml", "timeline.js", "tokens.css", "Makefile", "deploy.yaml", "test_sync.py"),
    "func": ("load_rows", "merge_pages", "parse_dates", "send_digest", "resize_image", "next_page"),
    "food": ("lentil soup", "ramen", "cheesecake", "dumplings", "sourdough", "falafel", "plum cake", "jollof"),
    "quote": ("There is nothing here yet", "We should keep it simple", "Nobody reads the second line", "It works, so leave it alone"),
    "version": ("2.3", "2.4", "3.0", "3.0.1", "3.1"),
}  # fmt: skip


class Persona(NamedTuple):
    """Somebody of the community."""

    username: str
    display_name: str
    bio: str
    time_zone: str


def personas(seed: int, count: int) -> list[Persona]:
    """People with names that cannot be taken for each other; the first are the same for any count."""
    dice = random.Random(f"people {seed}")  # noqa: S311 (repeatable, not secret)
    seen: set[str] = set()
    made: list[Persona] = []
    while len(made) < count:
        first, last = dice.choice(FIRST), dice.choice(LAST)
        bio, zone = dice.choice(BIOS), dice.choice(ZONES)
        plain = first.lower()
        number = len(made)
        for username in (plain, f"{plain}.{last.lower()}", f"{plain}.{last.lower()}{number}"):
            if username_look(username) not in seen:
                seen.add(username_look(username))
                made.append(Persona(username, f"{first} {last}", bio, zone))
                break
    return made


class Said(NamedTuple):
    """One message: seconds since the one before, whose (a place among the members), and what."""

    pause: float
    speaker: int
    body: str


def conversation(seed: str, theme: Theme, usernames: list[str]) -> Iterator[Said]:
    """What is said in a room, without end: somebody opens, some answer, then it is quiet for a while."""
    dice = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    draw = dice.random
    people = len(usernames)
    while True:
        # The first members talk more than the last, as everywhere.
        circle = list({int(people * draw() ** 2) for _ in range(3 + int(draw() * 5))})
        pause = 600 + dice.expovariate(1 / 4_000)
        speaker = -1
        told: set[str] = set()
        for turn in range(3 + int(draw() ** 2 * 20)):
            lines = theme.opens if turn == 0 else theme.answers if draw() < 0.5 else SMALL_TALK
            line = lines[int(draw() * len(lines))]
            before, speaker = speaker, circle[int(draw() * len(circle))]
            if line in told or (speaker == before and draw() < 0.7):
                # Nobody says the same twice, and most wait for an answer.
                continue
            told.add(line)
            yield Said(pause, speaker, _filled(line, draw, usernames))
            pause = 4 + 70 * draw() ** 2


def _filled(line: str, draw: Callable[[], float], usernames: list[str]) -> str:
    if "{" not in line:
        return line
    values: dict[str, object] = {}
    for field in _fields(line):
        if field == "n":
            values[field] = 2 + int(draw() * 60)
        elif field == "time":
            values[field] = f"{7 + int(draw() * 13)}:{int(draw() * 4) * 15:02}"
        elif field == "who":
            values[field] = usernames[int(len(usernames) * draw() ** 2)]
        else:
            values[field] = WORDS[field][int(draw() * len(WORDS[field]))]
    return line.format_map(values)


@functools.cache
def _fields(line: str) -> tuple[str, ...]:
    return tuple(sorted({field for _, field, _, _ in string.Formatter().parse(line) if field}))
