package org.pyexec.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings of the sandbox.
 *
 * @param python the interpreter to use; empty: the first on the PATH, then {@code /usr/bin/python3}, that imports all
 *     of {@code preload}, else the first that runs
 * @param preload modules that programs find imported
 * @param learns whether they also find imported what other programs import often
 * @param tier {@code auto} or the name of one tier
 * @param runtimeDirectory private folder (mode 0700) for the socket and the Python runtime; made when absent
 * @param outputMaxBytes what is kept of each output stream
 * @param networkAllow addresses, networks and host names that programs with network reach although they are not public
 * @param networkDeny IPv4 addresses and networks that they never reach, whatever {@code networkAllow} says
 */
public record SandboxSettings(
        Optional<String> python,
        List<String> preload,
        boolean learns,
        String tier,
        Path runtimeDirectory,
        int memoryMb,
        int processes,
        int diskMb,
        int outputMaxBytes,
        List<String> networkAllow,
        List<String> networkDeny) {

    public SandboxSettings {
        preload = List.copyOf(preload);
        networkAllow = List.copyOf(networkAllow);
        networkDeny = List.copyOf(networkDeny);
    }

    /** Without exceptions from the rules of the network. */
    public SandboxSettings(
            Optional<String> python,
            List<String> preload,
            boolean learns,
            String tier,
            Path runtimeDirectory,
            int memoryMb,
            int processes,
            int diskMb,
            int outputMaxBytes) {
        this(
                python,
                preload,
                learns,
                tier,
                runtimeDirectory,
                memoryMb,
                processes,
                diskMb,
                outputMaxBytes,
                List.of(),
                List.of());
    }
}
