package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Python half is complete, unpacks where its socket can be reached, and goes away. */
class PythonRuntimeTest {

    private static final Path SOURCES = Path.of("src/main/resources/org/pyexec/sandbox");

    @TempDir
    Path parent;

    @Test
    void everyModuleIsListed() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.map(file -> SOURCES.relativize(file).toString()).filter(name -> name.endsWith(".py")))
                    .containsExactlyInAnyOrderElementsOf(PythonRuntime.MODULES);
        }
    }

    @Test
    void folderIsPrivateAndGoneAfterClosing() throws IOException {
        PythonRuntime half = PythonRuntime.unpack(parent.resolve("runtime"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(half.folder())))
                .isEqualTo("rwx------");
        assertThat(half.main()).exists();

        half.close();

        assertThat(half.folder()).doesNotExist();
    }

    @Test
    void socketsPathIsShortHoweverLongTheRuntimeDirectoryIs() throws IOException {
        Path deep = parent.resolve("x".repeat(100)).resolve("y".repeat(100));

        try (PythonRuntime half = PythonRuntime.unpack(deep)) {
            assertThat(half.socket().toString().getBytes(StandardCharsets.UTF_8).length)
                    .isLessThanOrEqualTo(107);
        }
    }

    @Test
    void systemCallNumbersAreThoseOfTheKernelsHeaders() throws Exception {
        String check = """
                import platform, re, sys
                sys.path.insert(0, sys.argv[1])
                from kernel.syscall_table import NUMBERS
                wanted = {"read": (0, 63), "clone": (56, 220), "openat2": (437, 437), "ptrace": (101, 117), "mount": (165, 40)}
                wrong = [name for name, numbers in wanted.items() if name in NUMBERS and NUMBERS[name] != numbers]
                generic = "/usr/include/asm-generic/unistd.h"
                own = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
                headers = {0: own, 1: generic} if platform.machine() == "x86_64" else {1: generic}
                for column, header in headers.items():
                    with open(header) as file:
                        found = dict(re.findall(r"#define __NR(?:3264)?_(\\w+)\\s+(\\d+)", file.read()))
                    found.setdefault("newfstatat", found.get("fstatat", ""))
                    wrong += [n for n, c in NUMBERS.items() if c[column] is not None and found.get(n) not in (None, "", str(c[column]))]
                print(wrong)
                """;
        Process python = new ProcessBuilder(List.of(TestSandbox.PYTHON, "-I", "-B", "-c", check, SOURCES.toString()))
                .redirectErrorStream(true)
                .start();
        assertThat(new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("[]\n");
    }
}
