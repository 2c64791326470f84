package org.pyexec.body;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pyexec.delivery.BackgroundExecutor;

/** Checks once a second that the bodies being received make progress; idle while there are none. */
final class StallWatch {

    private final Set<BodyReader> readers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final BackgroundExecutor background;

    StallWatch(BackgroundExecutor background) {
        this.background = background;
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
            background.schedule(1, TimeUnit.SECONDS, this::tick);
        }
    }

    private void tick() {
        ticking.set(false);
        long now = System.nanoTime();
        try {
            readers.forEach(reader -> check(reader, now));
        } finally {
            tickLater();
        }
    }

    /** A failure in one check must not prevent the others. */
    private static void check(BodyReader reader, long now) {
        try {
            reader.checkProgress(now);
        } catch (RuntimeException e) {
            reader.giveUp(e);
        }
    }
}
