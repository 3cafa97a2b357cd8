"""Whose socket is at the other end of a local TCP connection: the kernel is asked by NETLINK_SOCK_DIAG (sock_diag(7)).

One question about one connection, whatever the number of connections. Where the kernel does not answer it,
/proc/net/tcp says the same (proc_pid_net(5)).
"""

import os
import socket
import struct
from contextlib import suppress
from pathlib import Path

Address = tuple[str, int]

_SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, _NETLINK_SOCK_DIAG = 20, 1, 4
_HEADER = struct.Struct("=IHHII")
_ALL_STATES, _NO_COOKIE = 0xFFFFFFFF, 0xFFFFFFFF
_ANSWER_AT, _SOCKET_ID_SIZE = _HEADER.size, 48
_OWNER_AT = _ANSWER_AT + 4 + _SOCKET_ID_SIZE + 12  # after expires, rqueue and wqueue of inet_diag_msg: uid, inode
_OWNER = struct.Struct("=II")
_ANSWER_TIMEOUT_S = 0.5
_TCP_TABLE = Path("/proc/net/tcp")


class PeerUnknown(Exception):
    """The kernel does not say whose socket it is: the peer is gone, or is not on this machine."""


class PeerLookup:
    """Finds the user of a peer. One thread at a time may use it."""

    def __init__(self) -> None:
        self._netlink: socket.socket | None = None
        with suppress(OSError):
            self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG)
            self._netlink.settimeout(_ANSWER_TIMEOUT_S)
        self._sequence = 0

    def find_user_id(self, peer: Address, own: Address) -> int:
        """The user ID of the socket at `peer` that is connected to `own`, both IPv4. Raises PeerUnknown.

        A socket that its process has closed belongs to nobody: the kernel would report it as root's.
        """
        found = None
        if self._netlink:
            with suppress(OSError):
                found = self._ask_kernel(self._netlink, peer, own)
        if found is None:
            found = _read_table(peer, own)
        if found is None or not found[1]:
            raise PeerUnknown
        return found[0]

    def works(self) -> bool:
        """Whether this machine says whose sockets there are: asked about a connection of our own."""
        with (
            socket.create_server(("127.0.0.1", 0)) as listener,
            socket.create_connection(listener.getsockname()) as peer,
            suppress(PeerUnknown),
        ):
            return self.find_user_id(peer.getsockname(), peer.getpeername()) == os.geteuid()
        return False

    def close(self) -> None:
        if self._netlink:
            self._netlink.close()

    def _ask_kernel(self, netlink: socket.socket, peer: Address, own: Address) -> tuple[int, int] | None:
        """User ID and inode; None if the kernel has no such connection."""
        self._sequence += 1
        ends = _pack_ends(peer, own)
        socket_id = ends + struct.pack("=III", 0, _NO_COOKIE, _NO_COOKIE)
        question = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, _ALL_STATES) + socket_id
        length = _HEADER.size + len(question)
        netlink.send(_HEADER.pack(length, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, self._sequence, 0) + question)
        while True:
            answer = netlink.recv(4096)
            _, kind, _, sequence, _ = _HEADER.unpack_from(answer)
            if sequence == self._sequence:  # not the late answer to an earlier question
                break
        # The kernel also finds a listening socket at the peer's address; only a connected one has our address.
        if kind != _SOCK_DIAG_BY_FAMILY or answer[_ANSWER_AT + 4 :][: len(ends)] != ends:
            return None
        user_id, inode = _OWNER.unpack_from(answer, _OWNER_AT)
        return user_id, inode


def _pack_ends(peer: Address, own: Address) -> bytes:
    """The ports and addresses of inet_diag_sockid, from the peer's point of view."""
    packed = (socket.inet_aton(address).ljust(16, b"\0") for address, _ in (peer, own))
    return struct.pack("!HH", peer[1], own[1]) + b"".join(packed)


def _read_table(peer: Address, own: Address) -> tuple[int, int] | None:
    """User ID and inode as /proc/net/tcp lists them; None if it lists no such connection, or cannot be read."""
    ends = [f"{int.from_bytes(socket.inet_aton(address), 'little'):08X}:{port:04X}" for address, port in (peer, own)]
    with suppress(OSError):
        for line in _TCP_TABLE.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1:3] == ends:
                return int(fields[7]), int(fields[9])
    return None


def trusted_user_ids() -> frozenset[int]:
    """The users who may act as Asterisk: our own, as which Asterisk runs, and root, who may do anything."""
    return frozenset({0, os.geteuid()})
