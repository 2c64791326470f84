package org.pyexec.sessions;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TargetLease;
import org.pyexec.sandbox.FileOrder;
import org.pyexec.sandbox.FileReceiver;
import org.pyexec.sandbox.FilesReport;
import org.pyexec.sandbox.InputGoneException;

/**
 * Operations of clients on the files of their sessions. An operation waits for the lease of its session, like a program.
 * It needs no slot, because it is short and a session has one lease at a time. Safe for use by many threads.
 */
public final class SessionFiles {

    private final Sessions sessions;
    private final Executor executor;

    /**
     * @param executor where orders are carried out: one thread for each session at most
     */
    public SessionFiles(Sessions sessions, Executor executor) {
        this.sessions = sessions;
        this.executor = executor;
    }

    /**
     * Finds out ahead whether there is such a session.
     *
     * @throws RefusedException if there is none
     */
    public void check(String session) throws RefusedException {
        find(session);
    }

    private LiveSession find(String id) throws RefusedException {
        return sessions.live(id).orElseThrow(() -> new RefusedException(Refusal.UNKNOWN_SESSION, Sessions.UNKNOWN));
    }

    /**
     * Carries out an order when it has its lease. Returns at once.
     *
     * @param receiver of a file that is read, called on a thread of the executor
     * @return completed exceptionally with {@link RefusedException} when the order was not carried out
     */
    public CompletableFuture<FilesReport> carryOut(String session, FileOrder order, FileReceiver receiver) {
        LiveSession found;
        try {
            found = find(session);
        } catch (RefusedException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<FilesReport> report = new CompletableFuture<>();
        CompletionStage<TargetLease> unused = found.lease().whenComplete((lease, failure) -> {
            if (failure == null) {
                start(found, lease, order, receiver, report);
            } else {
                report.completeExceptionally(failure);
            }
        });
        return report;
    }

    private void start(
            LiveSession session,
            TargetLease lease,
            FileOrder order,
            FileReceiver receiver,
            CompletableFuture<FilesReport> report) {
        try {
            executor.execute(() -> perform(session, lease, order, receiver, report));
        } catch (RuntimeException | Error e) { // whatever it is: a lease that is not given back is lost for all
            lease.close();
            report.completeExceptionally(
                    e instanceof RejectedExecutionException
                            ? new RefusedException(
                                    Refusal.BUSY, "The application server takes no more work at the moment.", e)
                            : e);
        }
    }

    /** The report is given when the lease has been given back: whoever has it finds the session as it says. */
    private static void perform(
            LiveSession session,
            TargetLease lease,
            FileOrder order,
            FileReceiver receiver,
            CompletableFuture<FilesReport> report) {
        FilesReport made;
        try (lease) {
            made = session.carryOut(order, receiver);
        } catch (InputGoneException e) {
            report.completeExceptionally(
                    new RefusedException(Refusal.INPUT_GONE, "The file has waited too long for its turn.", e));
            return;
        } catch (RefusedException | RuntimeException | Error e) {
            report.completeExceptionally(e);
            return;
        }
        report.complete(made);
    }
}
