"""The figures of what a process is receiving: counted while it comes, kept when it has come."""

from uuid import uuid4

from fileserver.uploads.flight import DIRECT, STREAMED, Flight, Flights

UPLOAD = uuid4()


class Stopwatch:
    """A monotonic clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        """The time that it shows."""
        return self.now


def test_bytes_are_held_until_they_are_stored() -> None:
    """What came counts for ever, what is in memory only until the store has it."""
    flight = Flight()
    flight.took(30)
    flight.freed(20)
    assert (30, 10) == (flight.received_bytes, flight.retained_bytes)


def test_a_flight_is_shown_while_it_lasts() -> None:
    """Afterwards nothing is in flight or in memory, and the bytes still count."""
    flights, flight = Flights(), Flight()
    with flights.flying(UPLOAD, flight):
        flight.took(7)
        assert (1, 7, 7) == (len(flights), flights.retained_bytes, flights.received_bytes(STREAMED))
    assert (0, 0, 7) == (len(flights), flights.retained_bytes, flights.received_bytes(STREAMED))


def test_bytes_past_the_process() -> None:
    """What went straight to the store is counted apart."""
    flights = Flights()
    flights.count(DIRECT, 5)
    assert (5, 0) == (flights.received_bytes(DIRECT), flights.received_bytes(STREAMED))


def test_the_rate_is_that_since_the_last_look() -> None:
    """Ten bytes in two seconds, then nothing in one."""
    watch = Stopwatch()
    flights, flight = Flights(watch), Flight()
    with flights.flying(UPLOAD, flight):
        flight.took(10)
        watch.now += 2
        assert [5] == [each.rate_bytes_s for each in flights.measure()]
        watch.now += 1
        assert [0] == [each.rate_bytes_s for each in flights.measure()]


def test_a_second_look_at_the_same_moment() -> None:
    """Has no rate instead of dividing by nothing."""
    flights = Flights(Stopwatch())
    with flights.flying(UPLOAD, Flight()):
        assert [0] == [each.rate_bytes_s for each in flights.measure()]


def test_a_newer_request_of_the_same_upload() -> None:
    """When the older one ends after it, the newer one stays in the list."""
    flights, older, newer = Flights(), Flight(), Flight()
    with flights.flying(UPLOAD, newer):
        pass
    first, second = flights.flying(UPLOAD, older), flights.flying(UPLOAD, newer)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert 1 == len(flights)
    second.__exit__(None, None, None)
    assert 0 == len(flights)
