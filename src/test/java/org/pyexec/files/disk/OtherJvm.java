package org.pyexec.files.disk;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Starts a second JVM with this room's classes and tests on its class path, and no library. */
final class OtherJvm {

    private OtherJvm() {}

    static ProcessBuilder running(Class<?> main, String... args) throws IOException, URISyntaxException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.add("-cp");
        command.add(location(DiskFileStore.class) + File.pathSeparator + location(main));
        command.add(main.getName());
        command.addAll(Arrays.asList(args));
        return new ProcessBuilder(command);
    }

    private static Path location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
