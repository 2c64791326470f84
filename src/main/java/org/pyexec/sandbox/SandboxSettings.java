package org.pyexec.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the sandbox needs to know.
 *
 * @param python the interpreter to use; empty: the first on the PATH, then {@code /usr/bin/python3}, that imports all
 *     of {@code preload}, else the first that runs
 * @param preload modules that programs find imported
 * @param tier {@code auto} or the name of one tier
 * @param runtimeDirectory private folder (mode 0700) for the socket and the Python half; made when absent
 * @param outputMaxBytes what is kept of each output stream
 */
public record SandboxSettings(
        Optional<String> python,
        List<String> preload,
        String tier,
        Path runtimeDirectory,
        int memoryMb,
        int processes,
        int diskMb,
        int outputMaxBytes) {

    public SandboxSettings {
        preload = List.copyOf(preload);
    }
}
