"""What a socket is refused with comes in the words of the person behind it."""

import uuid

from rooms.actions.posting import Draft, post_messages

TOO_LONG = "x" * 10_001


def test_a_refusal_speaks_the_language_of_the_profile(connect, room, alice, bob):
    alice.language = "de"
    alice.save()
    german, english = connect(alice), connect(bob)
    assert german.say(room, TOO_LONG)["detail"].startswith("Diese Nachricht hat 10001 Zeichen")
    assert english.say(room, TOO_LONG)["detail"].startswith("This message has 10001 characters")
    # From the loop itself, and from the threads of the database.
    assert german.ask(type="nonsense")["detail"] == "Diesen Befehl gibt es nicht."
    assert german.ask(type="history", room="999999")["detail"].startswith("Das gibt es hier nicht")
    assert english.ask(type="history", room="999999")["detail"].startswith("This is not here")


def test_without_a_choice_it_is_the_browsers(connect, room, alice):
    client = connect(alice, headers={"Accept-Language": "tlh, de-CH;q=0.8, en;q=0.5"})
    assert client.say(room, TOO_LONG)["detail"].startswith("Diese Nachricht hat 10001 Zeichen")


def test_in_one_batch_everybody_is_answered_in_their_own(room, alice, bob):
    drafts = [
        Draft(person.pk, room.pk, TOO_LONG, uuid.uuid4(), language=language)
        for person, language in [(alice, "de"), (bob, "en")]
    ]
    german, english = post_messages(drafts)
    assert german.detail.startswith("Diese Nachricht") and english.detail.startswith("This message")
