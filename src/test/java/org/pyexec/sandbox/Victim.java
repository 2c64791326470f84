package org.pyexec.sandbox;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pyexec.sandbox.SandboxProcesses.state;
import static org.pyexec.sandbox.SandboxProcesses.supervisor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Somebody else, whose honest programs run beside hostile ones and must not notice; and a look for what those have left:
 * processes, zombies, slots. Safe for use by many threads.
 */
final class Victim {

    /** How many more children the pool may have parked, as it adapts to the load. */
    private static final int PARKED = 8;
    /** A program and its init, of the two images that it may need. */
    private static final int PROCESSES_OF_A_CHILD = 4;

    private final TestSandbox sandbox;
    private final long supervisor;
    private final long processes;

    private final AtomicInteger numbers = new AtomicInteger();

    /** What is there now is what may be there at any time later: a little that each program leaves is noticed in the end. */
    Victim(TestSandbox sandbox) {
        this.sandbox = sandbox.awaitReady();
        this.supervisor = supervisor(sandbox).pid();
        this.processes = supervisor(sandbox).descendants().count();
    }

    /**
     * Runs the hostile ones at once and the victim beside them; fails if one of them fails, or if anything is left.
     *
     * @param pause between two programs of the victim
     */
    void beside(List<Callable<Void>> hostile, Duration pause) throws Exception {
        CompletableFuture<?>[] running = hostile.stream().map(Victim::start).toArray(CompletableFuture<?>[]::new);
        CompletableFuture<Void> all = CompletableFuture.allOf(running);
        do {
            run();
        } while (!endsWithin(pause, all));
        all.get(60, SECONDS);
        assertThat(supervisor(sandbox).pid()).as("the same supervisor").isEqualTo(supervisor);
        await().atMost(60, SECONDS).untilAsserted(() -> {
            List<ProcessHandle> now = supervisor(sandbox).descendants().toList();
            assertThat(now).hasSizeLessThanOrEqualTo((int) processes + PROCESSES_OF_A_CHILD * PARKED);
            assertThat(now).noneMatch(process -> state(process.pid()).equals("Z"));
        });
    }

    /** As many at once as can be parked. */
    void assertAllSlotsAreThere() throws Exception {
        List<CompletableFuture<TestSandbox.Result>> runs = new ArrayList<>();
        for (int i = 0; i < PARKED; i++) {
            runs.add(sandbox.runLater("print('here')"));
        }
        for (CompletableFuture<TestSandbox.Result> run : runs) {
            assertThat(run.get(60, SECONDS).stdout()).isEqualTo("here\n");
        }
    }

    private void run() throws Exception {
        int number = numbers.incrementAndGet();
        TestSandbox.Result result = sandbox.run("print(%d)".formatted(number));
        assertThat(result.reason()).as(result.details()).isEqualTo("completed");
        assertThat(result.stdout()).isEqualTo(number + "\n");
    }

    private static boolean endsWithin(Duration pause, CompletableFuture<Void> all) throws InterruptedException {
        try {
            all.get(pause.toMillis(), MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // it is told when the victim has been looked at
        }
    }

    private static CompletableFuture<Void> start(Callable<Void> program) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        end.complete(program.call());
                    } catch (Exception | AssertionError e) {
                        end.completeExceptionally(e);
                    }
                })
                .start();
        return end;
    }
}
