package org.pyexec.execution;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The output of a program so far, in the order of its arrival, for those who follow it. Safe for use by many threads.
 *
 * <p>A position is a number of characters of both streams together. It grows to the caps of both streams at most.
 */
public final class Transcript {

    /** How far the program may be ahead of the one who paces it, in characters. */
    static final int LEAD = 256 << 10;

    private static final long BYTES_PER_CHARACTER = 2;
    private static final long BYTES_PER_SECTION = 40; // with its place in the list

    private static final int LONGEST_PIECE = 16 << 10;

    /** Where something was printed; {@link #word} is its name in answers. */
    public enum Stream {
        STDOUT,
        STDERR;

        /** The name in lower case. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** What comes next. */
    public sealed interface Next {}

    /**
     * A part of what was printed on one stream, never cut within a character.
     *
     * @param end the position behind it
     */
    public record Piece(Stream stream, String text, int end) implements Next {}

    /** Nothing for a while. */
    public record Silence() implements Next {}

    /** Nothing more will come. */
    public record End() implements Next {}

    private record Section(Stream stream, int begin) {}

    private final Utf8Pieces stdout = new Utf8Pieces();
    private final Utf8Pieces stderr = new Utf8Pieces();

    // mutable state, guarded by this
    private final StringBuilder text = new StringBuilder();
    private final List<Section> sections = new ArrayList<>();
    private boolean ended;
    private int pace = Integer.MAX_VALUE;

    /** The bytes that the program has printed next; called by the one thread that reads them. */
    void print(Stream stream, byte[] bytes) {
        add(stream, decoder(stream).next(bytes));
    }

    /** Nothing more is printed. Idempotent; called by that thread, or when nobody reads any more. */
    synchronized void end() {
        if (!ended) {
            add(Stream.STDOUT, stdout.end());
            add(Stream.STDERR, stderr.end());
            text.trimToSize(); // it may be kept for long
            ended = true;
            notifyAll();
        }
    }

    private Utf8Pieces decoder(Stream stream) {
        return stream == Stream.STDOUT ? stdout : stderr;
    }

    private synchronized void add(Stream stream, String more) {
        if (more.isEmpty()) {
            return;
        }
        if (sections.isEmpty() || sections.get(sections.size() - 1).stream() != stream) {
            sections.add(new Section(stream, text.length()));
        }
        text.append(more);
        notifyAll();
    }

    /**
     * Waits until the one who paces the program is near enough, or nobody does, or until the deadline.
     *
     * @param deadlineNanos as of {@link System#nanoTime}
     */
    synchronized void holdUpUntil(long deadlineNanos) throws InterruptedException {
        while (!ended && text.length() - pace > LEAD) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** The program waits for whoever follows, until {@link TranscriptReader#close}. One at a time. */
    public synchronized TranscriptReader pace() {
        pace = 0;
        return new TranscriptReader(this, 0, true);
    }

    /** Follows it, from a position on that was the end of a piece; the program does not wait. */
    public synchronized TranscriptReader follow(int position) {
        return new TranscriptReader(this, Math.min(position, text.length()), false);
    }

    /** How much memory it takes, in bytes, about. */
    public synchronized long heldBytes() {
        return BYTES_PER_CHARACTER * text.length() + BYTES_PER_SECTION * sections.size();
    }

    /** How much there is now, in characters. */
    public synchronized int length() {
        return text.length();
    }

    /**
     * What stands at a position.
     *
     * @param patienceNanos how long to wait if nothing does
     * @param paces whether that position is one that the program waits for
     */
    synchronized Next next(int position, boolean paces, long patienceNanos) throws InterruptedException {
        if (paces) {
            pace = position;
            notifyAll();
        }
        long deadline = System.nanoTime() + patienceNanos;
        while (position >= text.length() && !ended) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return new Silence();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return position < text.length() ? pieceAt(position) : new End();
    }

    synchronized void paceNoMore() {
        pace = Integer.MAX_VALUE;
        notifyAll();
    }

    private Piece pieceAt(int position) {
        int index = sectionAt(position);
        int sectionEnd = index + 1 < sections.size() ? sections.get(index + 1).begin() : text.length();
        int end = Math.min(sectionEnd, position + LONGEST_PIECE);
        if (end < sectionEnd && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return new Piece(sections.get(index).stream(), text.substring(position, end), end);
    }

    private int sectionAt(int position) {
        int low = 0;
        int high = sections.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (sections.get(middle).begin() <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
