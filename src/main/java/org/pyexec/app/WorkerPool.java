package org.pyexec.app;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on threads of the container's executor, and keeps a thread for a while when its task is over.
 *
 * <p>To hand a task to a container is dear: Payara 6 looks for context providers on the class path each time, which takes
 * longer than a program does. So a task of the container's is a worker here, which goes on with the next task. There are
 * as many workers as there have been tasks at once; whoever submits tasks bounds them. Safe for use by many threads.
 */
final class WorkerPool implements Executor, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(WorkerPool.class.getName());
    private static final long IDLE_SECONDS = 30;

    private final Executor container;
    private final SynchronousQueue<Runnable> handOver = new SynchronousQueue<>();
    private volatile boolean closed;

    WorkerPool(Executor container) {
        this.container = container;
    }

    /**
     * Runs the task on an idle worker, else on a new one.
     *
     * @throws RejectedExecutionException if the container gives no thread, or the system
     */
    @Override
    public void execute(Runnable task) {
        if (!handOver.offer(task)) {
            try {
                container.execute(new Worker(task));
            } catch (OutOfMemoryError e) {
                // That of a thread, which does not end this JVM: whoever submits has to give back what he holds.
                throw new RejectedExecutionException("The system gives no thread", e);
            }
        }
    }

    /** Goes from one task to the next. While it waits it holds nothing: what a task has made may be large. */
    private final class Worker implements Runnable {

        private @Nullable Runnable task;

        Worker(Runnable first) {
            this.task = first;
        }

        @Override
        public void run() {
            try {
                while (task != null) {
                    perform();
                    task = await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the container wants its thread back
            }
        }

        /** In a frame of its own, whose variables are gone afterwards. */
        private void perform() {
            Runnable now = Objects.requireNonNull(task);
            task = null;
            try {
                now.run();
            } catch (RuntimeException | Error e) {
                // Whoever waits for it may wait for ever, and the container's executor says nothing of it.
                LOG.log(System.Logger.Level.ERROR, "event=task_failed", e);
            }
        }
    }

    /** The next task; null if there is none for a while, or the pool is closed: a worker looks each second. */
    private @Nullable Runnable await() throws InterruptedException {
        @Nullable Runnable next = null;
        for (int second = 0; next == null && second < IDLE_SECONDS && !closed; second++) {
            next = handOver.poll(1, TimeUnit.SECONDS);
        }
        return next;
    }

    /** Lets the idle workers go at once, and the others when their task is over. */
    @Override
    public void close() {
        closed = true;
        boolean somebodyWasIdle;
        do {
            somebodyWasIdle = handOver.offer(WorkerPool::nothing);
        } while (somebodyWasIdle);
    }

    private static void nothing() {}
}
