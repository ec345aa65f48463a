"""What the index cannot say for sure is looked for in the messages it found.

Of quoted signs it knows nothing. And PostgreSQL forgets where in a long text a word stands (rooms.search.postgresql), so
there words in a row are looked for as well.
"""

from collections.abc import Callable, Sequence
from itertools import chain

from django.db import connection

from rooms.models import FileText, Message, PollOption
from rooms.search.plan import Phrase, Plan
from rooms.search.tokens import document, fold

# A text is brought into a shape, and what is sought has to stand in that.
Sought = tuple[Callable[[str], str], str]


def sought(plan: Plan) -> list[Sought]:
    """What has to be looked for; nothing, where the index can be believed."""
    found: list[Sought] = [(_as_written, _as_written(text)) for text in plan.literal]
    if connection.vendor == "postgresql":
        phrases = (phrase for phrases in plan.wanted for phrase in phrases)
        found += [(_as_words, _row(phrase)) for phrase in phrases if len(phrase.words) > 1]
    return found


def holding(messages: Sequence[Message], parts: Sequence[Sought]) -> set[int]:
    """Ids of the messages with all of that in their bodies, the names and texts of their files, or a poll's answers."""
    texts = {one.pk: [one.body, *(file.name for file in one.beside("attachments"))] for one in messages}
    found = {pk for pk, said in texts.items() if _hold(said, parts)}
    lacking = texts.keys() - found
    if not lacking:
        return found
    files = FileText.objects.filter(attachment__message_id__in=lacking, text__isnull=False)
    answers = PollOption.objects.filter(poll_id__in=lacking)
    for pk, text in chain(files.values_list("attachment__message_id", "text"), answers.values_list("poll_id", "text")):
        texts[pk].append(text)
    return found | {pk for pk in lacking if _hold(texts[pk], parts)}


def _hold(texts: Sequence[str], parts: Sequence[Sought]) -> bool:
    shaped = {shape: [shape(text) for text in texts] for shape, _part in parts}
    return all(any(part in text for text in shaped[shape]) for shape, part in parts)


def _as_written(text: str) -> str:
    return " ".join(fold(text).split())


def _as_words(text: str) -> str:
    return f" {' '.join(document(text))} "


def _row(phrase: Phrase) -> str:
    return f" {' '.join(phrase.words)}{'' if phrase.prefix else ' '}"
