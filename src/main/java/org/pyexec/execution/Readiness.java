package org.pyexec.execution;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.pyexec.client.Client;
import org.pyexec.sandbox.Program;

/** Checks from time to time whether a program can run. Safe for use by many threads. */
public final class Readiness {

    private static final Program PROBE = new Program("print(6 * 7)", Duration.ofSeconds(10), false);
    private static final Client CLIENT = Client.local("readiness");
    private static final Duration GOOD_FOR = Duration.ofSeconds(15);
    private static final Duration BAD_FOR = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Executions executions;
    private final ScheduledExecutorService timer;
    private final LongSupplier nanoTime;

    // mutable state, guarded by this
    private CompletableFuture<Optional<String>> last = CompletableFuture.completedFuture(Optional.of("starting"));
    private CompletableFuture<Optional<String>> told = last;
    private long foundNanos;
    private Duration goodFor = Duration.ZERO;

    /**
     * @param timer ends waiting
     * @param nanoTime a clock that nobody sets, in nanoseconds, such as {@code System::nanoTime}
     */
    public Readiness(Executions executions, ScheduledExecutorService timer, LongSupplier nanoTime) {
        this.executions = executions;
        this.timer = timer;
        this.nanoTime = nanoTime;
        this.foundNanos = nanoTime.getAsLong();
    }

    /**
     * The newest finding; runs a program if it is too old. Many callers share one run, and none waits for longer than a second: where
     * the program has to wait for a place among others, it is the finding before. What the sandbox itself says of a problem comes before
     * a good finding, and nobody waits for one meanwhile.
     *
     * @return empty when ready, else one line that says why not
     */
    public synchronized CompletionStage<Optional<String>> check() {
        Optional<String> problem = executions.sandbox().problem();
        if (problem.isPresent() && !isFoundBad()) {
            return CompletableFuture.completedFuture(problem);
        }
        if (last.isDone() && nanoTime.getAsLong() - foundNanos >= goodFor.toNanos()) {
            Optional<String> before = last.join();
            last = executions.run(PROBE, CLIENT).outcome().handle(this::finding).toCompletableFuture();
            CompletableFuture<Optional<String>> shown = last.copy();
            told = shown;
            Future<?> unused = timer.schedule(() -> shown.complete(before), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
        return last.isDone() ? last : told;
    }

    private boolean isFoundBad() {
        return last.isDone() && last.join().isPresent();
    }

    private synchronized Optional<String> finding(@Nullable Outcome outcome, @Nullable Throwable failure) {
        Optional<String> problem = problem(outcome, failure);
        foundNanos = nanoTime.getAsLong();
        goodFor = problem.isEmpty() ? GOOD_FOR : BAD_FOR;
        return problem;
    }

    private static Optional<String> problem(@Nullable Outcome outcome, @Nullable Throwable failure) {
        if (failure instanceof RefusedException refused && refused.refusal() == Refusal.BUSY) {
            return Optional.empty();
        }
        if (failure != null || outcome == null) {
            return Optional.of(failure == null ? "no outcome" : String.valueOf(failure.getMessage()));
        }
        return outcome.stdout().equals("42\n")
                ? Optional.empty()
                : Optional.of("a probe program ended with %s"
                        .formatted(outcome.report().termination().details()));
    }
}
