"""Drafts and statuses over the socket."""


def test_a_draft_reaches_the_persons_other_devices_and_nobody_else(connect, room, alice, bob):
    desk, phone, b = connect(alice), connect(alice), connect(bob)
    answer = desk.ask(type="draft.save", room=str(room.pk), body="hello", version=0, device="desk")
    assert (answer["type"], answer["version"], answer["stored"]) == ("draft", 1, True)
    heard = phone.until("draft.updated")["draft"]
    assert (heard["body"], heard["version"], heard["device"]) == ("hello", 1, "desk")
    answer = phone.ask(type="draft.save", room=str(room.pk), body="mine", version=0)
    assert (answer["stored"], answer["body"], answer["version"]) == (False, "hello", 1)
    assert [draft["body"] for draft in phone.ask(type="draft.list")["drafts"]] == ["hello"]
    assert b.ask(type="draft.list")["drafts"] == [] and [event for event in b.quiet() if "draft" in event["type"]] == []


def test_a_draft_that_is_none_is_refused(connect, room, alice, charlie):
    a = connect(alice)
    for wrong in ({"body": 1, "version": 0}, {"body": "x"}, {"body": "x", "version": -1}, {"version": 0}):
        assert a.ask(type="draft.save", room=str(room.pk), **wrong)["code"] == "bad_request"
    answer = connect(charlie).ask(type="draft.save", room=str(room.pk), body="x", version=0)
    assert answer["code"] == "not_found"


def test_a_status_is_part_of_what_a_watcher_is_told(connect, room, alice, bob, signed_in):
    b = connect(bob)
    (told,) = b.ask(type="presence.watch", users=[str(alice.pk)])["users"]
    assert told["status"] is None
    signed_in(alice).post("/status/", {"emoji": "🌴", "text": "on holiday"}, headers={"Accept": "application/json"})
    (told,) = b.ask(type="presence.watch", users=[str(alice.pk)])["users"]
    assert told["status"] == {"emoji": "🌴", "text": "on holiday", "until": None, "away": False}
