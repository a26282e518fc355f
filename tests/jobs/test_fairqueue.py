"""Owners take turns."""

from dataclasses import dataclass

from imgcls.jobs.fairqueue import FairQueue


@dataclass(frozen=True)
class Ticket:
    owner: str
    number: int


def _queue(*owners: str) -> tuple[FairQueue[Ticket], list[Ticket]]:
    queue, tickets = FairQueue(), [Ticket(owner, number) for number, owner in enumerate(owners)]
    for ticket in tickets:
        queue.put(ticket)
    return queue, tickets


def _drained(queue: FairQueue[Ticket]) -> str:
    return "".join(ticket.owner for ticket in iter(lambda: queue.take(()), None))


def test_owners_take_turns_however_many_they_queued() -> None:
    assert _drained(_queue(*"aaaabbc")[0]) == "abcabaa"


def test_place_is_the_order_in_which_items_are_taken() -> None:
    queue, tickets = _queue(*"aabacbbdaac")
    places = {ticket: queue.place(ticket) for ticket in tickets}
    order = list(iter(lambda: queue.take(()), None))
    assert [places[ticket] for ticket in order] == list(range(1, len(tickets) + 1))


def test_an_owner_whose_job_runs_is_passed_over_and_keeps_the_turn() -> None:
    queue, tickets = _queue(*"aab")
    assert queue.take({"a"}) == tickets[2]
    assert not queue.waits({"a"})
    assert queue.take({"a"}) is None
    assert queue.waits(())
    assert queue.take(()) == tickets[0]


def test_a_removed_item_is_not_taken_and_has_no_place() -> None:
    queue, tickets = _queue(*"aab")
    assert queue.remove(tickets[0])
    assert not queue.remove(tickets[0])
    assert queue.place(tickets[0]) is None
    assert queue.of("a") == [tickets[1]]
    assert _drained(queue) == "ab"
