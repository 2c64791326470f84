package org.pyexec.files.disk;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;

/**
 * Knows every token in memory; touches no disk and is safe for use by many threads.
 *
 * <p>A file goes from live to due by the clock alone, whenever anyone asks; whoever sweeps takes it from there. Its
 * token is remembered as expired for a day, the last 10,000 of them.
 */
final class Index {

    static final Duration MEMORY = Duration.ofDays(1);
    static final int MAX_REMEMBERED = 10_000;

    private static final Comparator<HostedFile> BY_EXPIRY =
            Comparator.comparing(HostedFile::expires).thenComparing(HostedFile::token);

    // mutable state, guarded by this
    private final Map<String, HostedFile> live = new HashMap<>();
    private final TreeSet<HostedFile> byExpiry = new TreeSet<>(BY_EXPIRY);
    private final Deque<HostedFile> due = new ArrayDeque<>();
    private final LinkedHashMap<String, Instant> expired = new LinkedHashMap<>();

    synchronized void add(HostedFile file) {
        live.put(file.token(), file);
        byExpiry.add(file);
    }

    synchronized Lookup find(String token, Instant now) {
        retire(now);
        HostedFile file = live.get(token);
        if (file != null) {
            return new Lookup.Found(file);
        }
        return expired.containsKey(token) ? new Lookup.Expired() : new Lookup.Unknown();
    }

    synchronized int liveCount(Instant now) {
        retire(now);
        return live.size();
    }

    /** Takes out a live file; its token is unknown from now on. */
    synchronized Optional<HostedFile> remove(String token, Instant now) {
        retire(now);
        HostedFile file = live.remove(token);
        if (file != null) {
            byExpiry.remove(file);
        }
        return Optional.ofNullable(file);
    }

    /** Hands out, once, a file that has expired and whose content is still on disk. */
    synchronized Optional<HostedFile> takeDue(Instant now) {
        retire(now);
        return Optional.ofNullable(due.poll());
    }

    /** Takes back a file whose content could not be removed. */
    synchronized void due(HostedFile file) {
        due.add(file);
    }

    /** Remembers that a token has expired. Call in the order of expiry. */
    synchronized void remember(String token, Instant expires) {
        expired.put(token, expires);
    }

    /** Takes out, once, the oldest expired token if it is too old or one too many. */
    synchronized Optional<String> forgetOne(Instant now) {
        if (expired.isEmpty()) {
            return Optional.empty();
        }
        Map.Entry<String, Instant> oldest = expired.entrySet().iterator().next();
        String token = oldest.getKey();
        if (expired.size() <= MAX_REMEMBERED && now.isBefore(oldest.getValue().plus(MEMORY))) {
            return Optional.empty();
        }
        expired.remove(token);
        return Optional.of(token);
    }

    private void retire(Instant now) {
        while (!byExpiry.isEmpty() && byExpiry.first().expiredAt(now)) {
            HostedFile file = byExpiry.first();
            byExpiry.remove(file);
            live.remove(file.token());
            expired.put(file.token(), file.expires());
            due.add(file);
        }
    }
}
