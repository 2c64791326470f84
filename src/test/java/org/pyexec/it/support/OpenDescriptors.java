package org.pyexec.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The open descriptors of a process, as {@code /proc} shows them: see proc(5). */
public final class OpenDescriptors {

    private OpenDescriptors() {}

    /** What each descriptor leads to, such as {@code socket:[123]} or the path of a file. */
    public static List<String> descriptors(ProcessHandle process) throws IOException {
        try (Stream<Path> links = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return links.map(OpenDescriptors::target)
                    .filter(target -> !target.isEmpty())
                    .toList();
        }
    }

    /** Open files that have been deleted: they take space on the disk until their descriptors are closed. */
    public static List<String> deletedFiles(ProcessHandle process) throws IOException {
        return descriptors(process).stream()
                .filter(target -> target.endsWith(" (deleted)"))
                .toList();
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
