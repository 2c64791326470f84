package org.pyexec.delivery;

import java.util.LinkedHashSet;
import java.util.Set;

/** The tickets of one client, in their order; guarded by the lock of the slots. */
final class WaitingTickets {

    final Set<WriteSlots.Ticket> small = new LinkedHashSet<>();
    final Set<WriteSlots.Ticket> large = new LinkedHashSet<>();

    Set<WriteSlots.Ticket> of(boolean isSmall) {
        return isSmall ? small : large;
    }

    int count() {
        return small.size() + large.size();
    }
}
