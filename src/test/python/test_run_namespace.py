"""What a cell does when one of its helpers fails."""

from __future__ import annotations

import unittest
from typing import Any, Callable, List
from unittest import mock

from sandbox.events import loop
from sandbox.kernel import identities, processes
from sandbox.pool import interface, network, run_namespace


class NetworkedCellTest(unittest.TestCase):
    def connected(self, *loads: bool) -> List[str]:
        """What comes of a cell whose rules are loaded, or not, at each attempt."""
        told: List[str] = []
        attempts = list(loads)

        def load(_: Any, script: str, on_loaded: Callable[[bool], None]) -> None:
            told.append(script)
            on_loaded(attempts.pop(0))

        namespaces = mock.Mock(load=load)
        cell = run_namespace.NetworkedCell(identities.Ids(range(0)), loop.Loop(), lambda: "rules")
        with mock.patch.object(network, "Namespaces", return_value=namespaces), mock.patch.object(
            interface, "Interface", side_effect=lambda *given: given[-1]("")
        ), mock.patch.object(processes, "pid_behind", return_value=1):
            cell.connect([], lambda: told.append("ready"), told.append)
        return told

    def test_rules_that_could_not_be_loaded_are_loaded_once_more(self) -> None:
        self.assertEqual(self.connected(True), ["rules", "ready"])
        self.assertEqual(self.connected(False, True), ["rules", "rules", "ready"])

    def test_there_is_no_network_without_rules(self) -> None:
        self.assertEqual(self.connected(False, False), ["rules", "rules", "nft could not load the rules of the network"])


if __name__ == "__main__":
    unittest.main()
