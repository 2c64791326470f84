package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A virtual environment that everybody may read, with modules of a test's own; gone when closed. */
record VirtualEnvironment(Path folder, Path packages) implements AutoCloseable {

    /** @param options of {@code python3 -m venv} */
    static VirtualEnvironment create(String... options) throws Exception {
        // Not in /tmp: programs have a folder of their own there.
        Path folder = Files.createTempDirectory(Path.of("/var/tmp"), "pyexec-venv-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> command = new ArrayList<>(List.of(TestSandbox.PYTHON, "-m", "venv", "--without-pip"));
        command.addAll(List.of(options));
        command.add(folder.toString());
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        try (Stream<Path> folders = Files.walk(folder)) {
            return new VirtualEnvironment(
                    folder,
                    folders.filter(path -> path.endsWith("site-packages"))
                            .findFirst()
                            .orElseThrow());
        }
    }

    VirtualEnvironment with(String module, String code) throws IOException {
        Files.writeString(packages.resolve(module + ".py"), code);
        return this;
    }

    String python() {
        return folder.resolve("bin/python").toString();
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
