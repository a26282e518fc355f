"""The tests that may be run again when they fail, and why; elsewhere than under CI no others are. A rerun is told.

A name goes in only with a reason that lies outside the app: the test itself waits for what it wants to see.
"""

RERUNS: dict[str, str] = {
    "test_breaks.py::test_a_broken_connection_ends_no_training_and_a_pause_makes_room": (
        "three trainings and the seconds of a grace: a machine that stands still for a moment lets it run out"
    ),
    "test_train.py::test_a_killed_worker_is_told_within_five_seconds_and_the_run_goes_on": (
        "five seconds are promised, and a busy machine may not have them"
    ),
    "test_served.py::test_a_photo_goes_in_whenever_the_connection_breaks": (
        "the connection is cut between the choice of a file and its sending: that moment can be missed"
    ),
}
