package org.pyexec.execution;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.RunReport;
import org.pyexec.sandbox.SandboxRun;

/** A target that has one lease, as a session has. */
final class OneAtATime implements ExecutionTarget {

    final Deque<CompletableFuture<TargetLease>> waiting = new ArrayDeque<>();
    Optional<RefusedException> refusal = Optional.empty();
    boolean leased;

    @Override
    public synchronized CompletableFuture<TargetLease> lease() {
        if (refusal.isPresent()) {
            return CompletableFuture.failedFuture(refusal.get());
        }
        if (!leased) {
            leased = true;
            return CompletableFuture.completedFuture(new Lease());
        }
        CompletableFuture<TargetLease> place = new CompletableFuture<>();
        waiting.add(place);
        return place;
    }

    @Override
    public RunReport.Session untouched() {
        return RunReport.Session.OPEN;
    }

    private void passOn() {
        CompletableFuture<TargetLease> next;
        do {
            synchronized (this) {
                next = waiting.poll();
                leased = next != null;
            }
        } while (next != null && !next.complete(new Lease()));
    }

    private final class Lease implements TargetLease {

        private final AtomicInteger closed = new AtomicInteger();

        @Override
        public SandboxRun open(Program program) {
            throw new AssertionError("nothing is run here");
        }

        @Override
        public void close() {
            if (closed.getAndIncrement() == 0) {
                passOn();
            }
        }
    }
}
