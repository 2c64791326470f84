package org.pyexec.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server whose heap is used up: it ends at once, with everything that it has started, and whoever watches it starts it again. */
@Tag("slow")
class OutOfMemoryIT {

    private static final byte[] CONTENT = {1, 2, 3};

    private final Path folder = Server.temporaryFolder();
    private final Map<String, String> settings = Map.of(
            "RATE_LIMIT_MAX",
            "0",
            "STORAGE_DIR",
            folder.resolve("storage").toString(),
            "JAVA_TOOL_OPTIONS",
            "-Xmx384m");

    @AfterEach
    void removeFolder() {
        Server.deleteFolder(folder);
    }

    @Test
    void serverEndsWithItsProgramsAndTheNextOneHasTheFiles() throws Exception {
        String marker = Processes.marker();
        String file;
        try (Server server = Server.start(settings)) {
            file = server.http().hosted("a.bin", CONTENT);
            CompletableFuture<Answer> running = server.http()
                    .executeLater(Processes.startDaemon(marker) + "\nimport threading; threading.Event().wait()", 50);
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> !Processes.withArgument(marker).isEmpty());

            useUpHeapOf(server.process());

            await().atMost(30, TimeUnit.SECONDS).until(() -> !server.process().isAlive());
            assertThat(running).failsWithin(30, TimeUnit.SECONDS);
            assertThat(server.exitCode()).isNotZero();
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> {
                assertThat(Processes.withArgument(marker)).isEmpty();
                assertThat(Processes.mentioning(folder)).isEmpty();
            });
        }
        try (Server next = Server.startAgain(settings)) {
            assertThat(next.http().get(file).body()).isEqualTo(CONTENT);
            Shapes.success(next.http().execute("print(1)"));
        }
    }

    private void useUpHeapOf(ProcessHandle process) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
        try {
            machine.loadAgent(agent().toString());
        } catch (IOException | com.sun.tools.attach.AgentInitializationException ended) {
            // It can't answer any more; the test looks whether that is so.
            System.getLogger(OutOfMemoryIT.class.getName()).log(Level.DEBUG, "no answer", ended);
        } finally {
            machine.detach();
        }
    }

    private Path agent() throws IOException {
        Path jar = folder.resolve("agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Agent-Class", HeapEater.class.getName());
        String name = HeapEater.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(file, manifest);
                InputStream code = HeapEater.class.getResourceAsStream("/" + name)) {
            entries.putNextEntry(new JarEntry(name));
            code.transferTo(entries);
        }
        return jar;
    }
}
