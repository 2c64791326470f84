package org.pyexec.delivery;

import java.util.function.Consumer;
import org.pyexec.client.Client;
import org.pyexec.execution.TooManyException;

/** Bounds the event streams: each takes a thread as long as its program runs. Safe for use by many threads. */
public record StreamSlots(WriteSlots slots) {

    private static final String PLURAL = "event streams";

    /**
     * Lets a stream begin in a slot of its own, which it closes at its end.
     *
     * @param begin whatever it throws, it has kept nothing
     * @throws TooManyException if there is no slot
     * @throws java.util.concurrent.RejectedExecutionException if the application server has no thread, as {@code begin} says
     */
    public void take(Client client, Consumer<WriteSlots.Slot> begin) throws TooManyException {
        WriteSlots.Slot slot = slots.takeAtOnce(client, PLURAL);
        boolean begun = false;
        try {
            begin.accept(slot);
            begun = true;
        } finally {
            if (!begun) {
                slot.close();
            }
        }
    }
}
