package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Control groups of version 1 for memory, as a test sees them. */
final class ControlGroups {

    /** What starts a process that sees none. */
    static final List<String> HIDDEN =
            List.of("unshare", "--mount", "/bin/sh", "-c", "umount --recursive /sys/fs/cgroup; exec \"$@\"", "sh");

    private ControlGroups() {}

    /** The folder of all groups of a sandbox, where this host lets us make any. */
    static Optional<Path> of(TestSandbox sandbox) throws IOException {
        long pid = sandbox.sandbox().supervisorPid().orElseThrow();
        return own().map(own -> own.resolve("pyexec-" + pid));
    }

    /** The memory group of this process, if groups can be made in it. */
    private static Optional<Path> own() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            Path own = Path.of("/sys/fs/cgroup/memory").resolve(parts[2].substring(1));
            if (List.of(parts[1].split(",", -1)).contains("memory") && canBeMadeIn(own)) {
                return Optional.of(own);
            }
        }
        return Optional.empty();
    }

    static boolean canBeMadeIn(Path own) {
        try {
            Path probe = Files.createDirectory(
                    own.resolve("test-" + ProcessHandle.current().pid()));
            Files.delete(probe);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static List<Path> within(Path groups) throws IOException {
        try (Stream<Path> entries = Files.list(groups)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    /** What a file says of each of the groups. */
    static List<Long> numbers(Path groups, String file) throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (Path group : within(groups)) {
            numbers.add(Long.parseLong(Files.readString(group.resolve(file)).strip()));
        }
        return numbers;
    }
}
