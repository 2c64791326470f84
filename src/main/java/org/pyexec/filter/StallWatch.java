package org.pyexec.filter;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Looks once a second whether bodies that are being received still make progress; rests while there are none. */
final class StallWatch {

    private final Set<BodyReader> readers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final Executor executor;
    private final Executor aSecondLater;

    StallWatch(Executor executor) {
        this.executor = executor;
        this.aSecondLater = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, executor);
    }

    /** Where it looks, and where what it watches may go on. */
    Executor executor() {
        return executor;
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
            aSecondLater.execute(this::tick);
        }
    }

    private void tick() {
        ticking.set(false);
        long now = System.nanoTime();
        readers.forEach(reader -> reader.checkProgress(now));
        tickLater();
    }
}
