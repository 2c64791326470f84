"""The connection from the server."""

import socket
import unittest

from sandbox import link, loop


class LinkTest(unittest.TestCase):
    def test_closed_connection_is_not_listened_to_again(self) -> None:
        """Whoever hands on its contents has stopped it, and hears of the end of the child only later."""
        ours, theirs = socket.socketpair()
        with theirs:
            connection = link.Link(loop.Loop(), ours, link.LinkUser())
            connection.listen(False)
            connection.close()
            connection.listen(True)
            self.assertEqual(-1, ours.fileno())


if __name__ == "__main__":
    unittest.main()
