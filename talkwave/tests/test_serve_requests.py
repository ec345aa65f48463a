"""A request under daphne, on its way and answered."""

from talkwave.serving.daphne_server import ChatRequest


def test_an_answered_request_is_no_reason_to_stop_looking_after_the_others() -> None:
    # What daphne calls every two seconds for each of them: an error ends the calling, and with it every time limit.
    request = ChatRequest.__new__(ChatRequest)
    request.finished = 1
    request.check_timeouts()
    assert request.waiting() == 0
