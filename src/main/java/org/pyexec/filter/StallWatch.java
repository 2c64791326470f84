package org.pyexec.filter;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Looks once a second whether bodies that are being received still make progress; rests while there are none. */
final class StallWatch {

    private final Set<BodyReader> readers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final Executor executor;
    private final ScheduledExecutorService timer;

    StallWatch(Executor executor, ScheduledExecutorService timer) {
        this.executor = executor;
        this.timer = timer;
    }

    /** Does something at once, on another thread: where it looks itself. */
    void execute(Runnable action) {
        executor.execute(action);
    }

    /** The same after a while. */
    void later(long delay, TimeUnit unit, Runnable action) {
        Future<?> unused = timer.schedule(() -> executor.execute(action), delay, unit);
    }

    void add(BodyReader reader) {
        readers.add(reader);
        tickLater();
    }

    void remove(BodyReader reader) {
        readers.remove(reader);
    }

    private void tickLater() {
        if (!readers.isEmpty() && ticking.compareAndSet(false, true)) {
            later(1, TimeUnit.SECONDS, this::tick);
        }
    }

    private void tick() {
        ticking.set(false);
        long now = System.nanoTime();
        readers.forEach(reader -> reader.checkProgress(now));
        tickLater();
    }
}
