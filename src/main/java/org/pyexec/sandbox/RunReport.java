package org.pyexec.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a program ended, and what resources it used.
 *
 * @param duration wall-clock time from the program's start to its end
 * @param cpu user and system time of all its processes
 * @param peakMemoryBytes largest resident memory
 * @param truncated whether output was cut at the cap
 * @param skippedFiles at most 100 files that were left out, sorted by name
 * @param skippedFileCount how many were left out in all
 * @param blockedHosts network targets that were refused
 * @param results what it shows; empty if that was not wanted
 * @param session what has become of the session in which it ran
 * @param notes what else is to be known about it, a sentence each
 */
public record RunReport(
        Termination termination,
        Duration duration,
        Duration cpu,
        long peakMemoryBytes,
        boolean truncated,
        List<SkippedFile> skippedFiles,
        int skippedFileCount,
        List<String> blockedHosts,
        Optional<Results> results,
        Session session,
        List<String> notes) {

    /** The session of a program. */
    public enum Session {
        /** It had a sandbox of its own. */
        NONE,
        /** The next program finds what this one has left. */
        OPEN,
        /** It has ended with the program. */
        ENDED
    }

    public RunReport {
        skippedFiles = List.copyOf(skippedFiles);
        blockedHosts = List.copyOf(blockedHosts);
        notes = List.copyOf(notes);
    }

    /** Of a program that has used nothing. */
    public static RunReport ofNone(Termination termination, Optional<Results> results, Session session) {
        return new RunReport(
                termination,
                Duration.ZERO,
                Duration.ZERO,
                0,
                false,
                List.of(),
                0,
                List.of(),
                results,
                session,
                List.of());
    }
}
