"""Messages for a job: none is lost when it is parked."""

import pytest

from imgcls.jobs.inbox import Inbox, JobParked


def test_an_inbox_takes_nothing_after_its_job_was_parked_and_gives_what_came_before() -> None:
    inbox = Inbox()
    inbox.park()
    assert inbox.wait(0.01) is None, "not everything is saved"
    assert inbox.put("before")
    assert inbox.wait(may_park=True) == "before"
    with pytest.raises(JobParked):
        inbox.wait(may_park=True)
    assert not inbox.put("after")
    busy = Inbox()
    busy.park()
    assert busy.poll() is None
    assert busy.wait(0.01, may_park=True) is None, "it has worked since it was asked"
