package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The processes of a sandbox as the host sees them: proc(5). */
final class SandboxProcesses {

    private SandboxProcesses() {}

    static ProcessHandle supervisor(TestSandbox sandbox) {
        return ProcessHandle.of(sandbox.sandbox().supervisorPid().orElseThrow()).orElseThrow();
    }

    /** The warden's children that stay, oldest first: plain, tables, all. */
    static List<ProcessHandle> zygotes(TestSandbox sandbox) {
        return supervisor(sandbox)
                .descendants()
                .filter(process -> residentPages(process.pid()) > 0)
                .filter(process -> process.children().findAny().isPresent())
                .filter(process ->
                        process.parent().flatMap(ProcessHandle::parent).equals(Optional.of(supervisor(sandbox))))
                .sorted(Comparator.comparingLong(ProcessHandle::pid))
                .toList();
    }

    static long residentPages(long pid) {
        try {
            return Long.parseLong(
                    Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ", -1)[1]);
        } catch (IOException e) {
            return 0;
        }
    }

    /** As prctl(2), PR_SET_NAME, has set it; empty when it has gone. */
    static String name(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    static String state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
        } catch (IOException e) {
            return "";
        }
    }

    static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
