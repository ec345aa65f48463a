"""The independent checker: reads what clients wrote down and what the database holds, and says what does not fit.

It shares no code with the server or with the simulated people: what it knows is docs/protocol.md, the table of
faults/history.py, and the columns it reads. `check` gives every problem found, by the name of the invariant:

- I1 every acknowledged message is stored once, under the id and seq of its ack, with the text that was sent (or the
  latest edit); one that was refused is not stored
- I2 the seqs of a room are 1 to n, and so are no two versions of its messages the same
- I3 each member holds exactly what the database holds of the time they were in the room: ids, seqs, texts, reactions;
  and they were told of coming into a room, and of leaving it, without having to come anew
- I4 each client applied strictly rising versions, no message twice, and nothing beyond a hole it had not filled
- I5 a message that was sent more than once is there once
- I6, I7 a message that was sent after another was acknowledged stands after it, whoever sent them
- I8 nobody received anything, not even a hint, of a room they were not in, nor on a page that was signed out (a second
  after that, unless told otherwise)
- I9 the rooms that somebody is greeted with in a quiet moment are all that they are in, and the unread and mention
  counters of it are what a recount gives
- I10 nobody was held for present or absent against the truth for more than a minute
"""

from faults.checker.database import Database, Message, Stored
from faults.checker.judging import Problem, Verdict, check
from faults.checker.reading import Told, read

__all__ = ["Database", "Message", "Problem", "Stored", "Told", "Verdict", "check", "read"]
