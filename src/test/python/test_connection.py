"""The connection from the server."""

import socket
import unittest
from unittest import mock

from sandbox.events import loop
from sandbox.events.connection import Connection


class LinkTest(unittest.TestCase):
    def test_closed_connection_is_not_listened_to_again(self) -> None:
        """Whoever hands on its contents has stopped it, and hears of the end of the child only later."""
        ours, theirs = socket.socketpair()
        with theirs:
            connection = Connection(loop.Loop(), ours, mock.Mock())
            connection.listen(False)
            connection.close()
            connection.listen(True)
            self.assertEqual(-1, ours.fileno())


if __name__ == "__main__":
    unittest.main()
