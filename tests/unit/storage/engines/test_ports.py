"""Free ports."""

import socket

from storage.engines.ports import GRPC_OFFSET, LOOPBACK, free_pairs, is_free_pair


def taken(port: int) -> socket.socket:
    """Somebody else on a port."""
    listener = socket.socket()
    listener.bind((LOOPBACK, port))
    listener.listen()
    return listener


def test_ports_come_with_their_neighbours() -> None:
    """Each port is free together with the one gRPC will use, and none is given twice."""
    ports = free_pairs(4)
    assert len(set(ports)) == 4
    assert all(is_free_pair(port) for port in ports)


def test_remembered_ports_are_used_again() -> None:
    """While they are free, the ports of the last run are this run's."""
    ports = free_pairs(2)
    assert free_pairs(2, ports) == ports


def test_taken_ports_are_not_used_again() -> None:
    """One port taken, the port itself or its neighbour, and the whole set is chosen anew."""
    ports = free_pairs(2)
    for port in (ports[0], ports[1] + GRPC_OFFSET):
        with taken(port):
            assert all(is_free_pair(chosen) for chosen in free_pairs(2, ports))


def test_a_remembered_set_of_another_length_is_ignored() -> None:
    """What an older release remembered is no reason to fail."""
    assert len(free_pairs(3, (1, 2))) == 3
