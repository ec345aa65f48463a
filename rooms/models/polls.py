"""Polls: a message whose words are a question, with answers to choose from."""

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, OuterRef, Subquery, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from rooms.models.messages import Message

OPTION_LENGTH = 200


class Poll(models.Model):
    """What a question is asked with. Its words are the message's, so that it is found, quoted and read like any other."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="poll")
    # May one choose several answers? Does nobody see who chose what?
    multiple = models.BooleanField(default=False)
    anonymous = models.BooleanField(default=False)
    # It ends by itself at `closes_at`, or was ended by somebody at `closed_at`.
    closes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"poll of {self.message_id}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None or (self.closes_at is not None and self.closes_at <= timezone.now())


class PollOptionQuerySet(models.QuerySet["PollOption"]):
    def counted(self) -> "PollOptionQuerySet":
        """With `chosen`, how many chose it; and where one may choose several, at the first with `voters`, how many people
        chose any."""
        votes = PollVote.objects.order_by()
        chosen = votes.filter(option=OuterRef("pk")).values("option").annotate(count=Count("pk")).values("count")
        voters = votes.filter(option__poll=OuterRef("poll")).values("option__poll")
        people = voters.annotate(count=Count("user", distinct=True)).values("count")
        return self.annotate(
            chosen=Coalesce(Subquery(chosen), 0),
            voters=Case(When(poll__multiple=True, position=0, then=Coalesce(Subquery(people), 0))),
        )


class PollOption(models.Model):
    """One answer to choose."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=OPTION_LENGTH)

    objects = PollOptionQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["poll", "position"], name="one_option_a_place")]

    def __str__(self) -> str:
        return f"{self.position} of poll {self.poll_id}"


class PollVoteQuerySet(models.QuerySet["PollVote"]):
    def named(self, most: int) -> "PollVoteQuerySet":
        """Of each answer the first `most`, who are named."""
        return self.annotate(place=Window(RowNumber(), partition_by="option", order_by="pk")).filter(place__lte=most)


class PollVote(models.Model):
    """Somebody chose an answer."""

    option = models.ForeignKey(PollOption, on_delete=models.CASCADE, related_name="votes", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    objects = PollVoteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["option", "user"], name="one_vote")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.option_id}"
