package org.pyexec.it.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** The processes of this machine, as {@code /proc} shows them: see proc(5). */
public final class Processes {

    private static final Path PROC = Path.of("/proc");

    private Processes() {}

    /** A word that no other process has in its command line. */
    public static String marker() {
        return "marker-" + UUID.randomUUID();
    }

    /**
     * Python that starts a child in a session of its own, which carries the marker in its command line, holds the
     * standard streams open and never ends by itself.
     */
    public static String startDaemon(String marker) {
        return """
                import subprocess, sys
                subprocess.Popen([sys.executable, '-c', 'import threading; threading.Event().wait()', '%s'],
                                 start_new_session=True)
                """.formatted(marker);
    }

    /** The processes that have this word in their command line. */
    public static List<ProcessHandle> withArgument(String word) {
        return having("cmdline", word);
    }

    /** The processes that name this folder in their command line or environment. */
    public static List<ProcessHandle> mentioning(Path folder) {
        String name = folder.toString();
        return Stream.concat(having("cmdline", name).stream(), having("environ", name).stream())
                .distinct()
                .toList();
    }

    /**
     * The processor time, in clock ticks, that the descendants of a process have used: those that live, and those for which
     * their parents waited.
     */
    public static long ticksOfDescendants(ProcessHandle root) {
        return Stream.concat(Stream.of(root), root.descendants())
                .mapToLong(process -> ticks(process.pid(), process.pid() != root.pid()))
                .sum();
    }

    /** Resident memory in bytes. */
    public static long residentBytes(ProcessHandle process) throws IOException {
        return Files.readAllLines(PROC.resolve(process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    private static long ticks(long pid, boolean itself) {
        String stat = read(PROC.resolve(pid + "/stat"));
        if (stat.isEmpty()) {
            return 0;
        }
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        long children = Long.parseLong(fields.get(13)) + Long.parseLong(fields.get(14));
        return itself ? children + Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12)) : children;
    }

    private static List<ProcessHandle> having(String file, String word) {
        return ProcessHandle.allProcesses()
                .filter(process ->
                        read(PROC.resolve(process.pid() + "/" + file)).contains(word))
                .toList();
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
