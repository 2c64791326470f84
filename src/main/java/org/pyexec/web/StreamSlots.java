package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.pyexec.delivery.EventStream;
import org.pyexec.delivery.WriteSlots;
import org.pyexec.execution.TooManyException;
import org.pyexec.http.RequestClient;
import org.pyexec.http.RequestId;

/** For those who follow a program: a stream takes a thread as long as the program runs, so there are so many and no more. */
public final class StreamSlots {

    private final WriteSlots slots;
    private final ExecuteAnswers answers;

    /** Of `slots` each stream takes one. */
    public StreamSlots(WriteSlots slots, ExecuteAnswers answers) {
        this.slots = slots;
        this.answers = answers;
    }

    /**
     * Lets the stream begin in a slot of its own, which it closes at its end, or answers at once that there is none.
     *
     * @param begin throws RejectedExecutionException where there is no thread for it; whatever it throws, it has kept nothing
     */
    void take(HttpServletRequest request, AsyncResponse response, Consumer<WriteSlots.Slot> begin) {
        WriteSlots.Slot slot;
        try {
            slot = slots.takeAtOnce(RequestClient.of(request), EventStream.PLURAL);
        } catch (TooManyException e) {
            response.resume(answers.tooManyStreams(e, RequestId.of(request)));
            return;
        }
        boolean begun = false;
        try {
            begin.accept(slot);
            begun = true;
        } catch (RejectedExecutionException e) {
            response.resume(answers.noThread(e, RequestId.of(request)));
        } finally {
            if (!begun) {
                slot.close();
            }
        }
    }
}
