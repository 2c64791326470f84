package org.pyexec.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A private folder with the unpacked Python runtime and the supervisor's socket. Closing removes it.
 *
 * @param folder mode 0700
 */
record PythonRuntime(Path folder) implements AutoCloseable {

    /** Every module of the Python runtime, by its file within the package. */
    static final List<String> MODULES = List.of(
            "__init__.py",
            "__main__.py",
            "events/__init__.py",
            "events/connection.py",
            "events/log.py",
            "events/loop.py",
            "events/send_queue.py",
            "events/watchdog.py",
            "kernel/__init__.py",
            "kernel/bpf.py",
            "kernel/cgroups.py",
            "kernel/delegation.py",
            "kernel/group.py",
            "kernel/hierarchy.py",
            "kernel/holdings.py",
            "kernel/identities.py",
            "kernel/isolation.py",
            "kernel/landlock.py",
            "kernel/living.py",
            "kernel/machine.py",
            "kernel/memory.py",
            "kernel/nft.py",
            "kernel/processes.py",
            "kernel/seccomp.py",
            "kernel/seccomp_rules.py",
            "kernel/seccomp_strict.py",
            "kernel/surroundings.py",
            "kernel/syscall_batch.py",
            "kernel/syscall_table.py",
            "kernel/syscalls.py",
            "kernel/terminals.py",
            "policy/__init__.py",
            "policy/config.py",
            "policy/policy.py",
            "policy/shared.py",
            "policy/syscall_policy.py",
            "pool/__init__.py",
            "pool/allowlist.py",
            "pool/death.py",
            "pool/demand.py",
            "pool/doors.py",
            "pool/folders.py",
            "pool/generation.py",
            "pool/helper.py",
            "pool/interface.py",
            "pool/network.py",
            "pool/packages.py",
            "pool/pipes.py",
            "pool/pool.py",
            "pool/popular.py",
            "pool/run_group.py",
            "pool/run_namespace.py",
            "pool/scratch.py",
            "pool/slot.py",
            "pool/warden_process.py",
            "pool/zygote_pool.py",
            "program/__init__.py",
            "program/channel.py",
            "program/closing.py",
            "program/display/__init__.py",
            "program/display/display.py",
            "program/display/mime_bundle.py",
            "program/execution/__init__.py",
            "program/execution/advice.py",
            "program/execution/bottom.py",
            "program/execution/causes.py",
            "program/execution/coding.py",
            "program/execution/fence.py",
            "program/execution/handlers.py",
            "program/execution/held.py",
            "program/execution/imports.py",
            "program/execution/last_expression.py",
            "program/execution/streams.py",
            "program/execution/tracebacks.py",
            "program/execution/watchers.py",
            "program/figures/__init__.py",
            "program/figures/drawing.py",
            "program/figures/figures.py",
            "program/figures/fonts.py",
            "program/filing.py",
            "program/inputs.py",
            "program/interpreter.py",
            "program/main_module.py",
            "program/notebook/__init__.py",
            "program/notebook/captured.py",
            "program/notebook/commands.py",
            "program/notebook/earlier.py",
            "program/notebook/expansion.py",
            "program/notebook/formatters.py",
            "program/notebook/history.py",
            "program/notebook/installed.py",
            "program/notebook/ipython.py",
            "program/notebook/ipython_display.py",
            "program/notebook/ipython_media.py",
            "program/notebook/magics.py",
            "program/notebook/notebook.py",
            "program/notebook/notebook_lines.py",
            "program/notebook/pretty.py",
            "program/notebook/printer.py",
            "program/notebook/publishing.py",
            "program/notebook/shell.py",
            "program/notebook/speech.py",
            "program/notebook/steps.py",
            "program/notebook/timing.py",
            "program/notebook/unawaited.py",
            "program/program.py",
            "program/startup.py",
            "runs/__init__.py",
            "runs/acceptor.py",
            "runs/client_task.py",
            "runs/collect.py",
            "runs/crowd.py",
            "runs/ending.py",
            "runs/errand.py",
            "runs/errand_answers.py",
            "runs/input_relay.py",
            "runs/interruption.py",
            "runs/left.py",
            "runs/limits_watch.py",
            "runs/output.py",
            "runs/run.py",
            "runs/run_report.py",
            "runs/session.py",
            "runs/session_door.py",
            "runs/session_run.py",
            "runs/stdin_writer.py",
            "runs/supervisor.py",
            "runs/walk.py",
            "wire/__init__.py",
            "wire/fd_messages.py",
            "wire/frames.py",
            "wire/names.py",
            "wire/notes.py",
            "wire/report.py",
            "wire/request.py",
            "wire/text.py",
            "zygote/__init__.py",
            "zygote/arrival.py",
            "zygote/child.py",
            "zygote/confinement.py",
            "zygote/entrance.py",
            "zygote/fresh.py",
            "zygote/generators.py",
            "zygote/heir.py",
            "zygote/init.py",
            "zygote/memory_importer.py",
            "zygote/preloading.py",
            "zygote/probe.py",
            "zygote/quiet.py",
            "zygote/stacks.py",
            "zygote/substitutes.py",
            "zygote/warden.py",
            "zygote/zygote.py");

    private static final String PACKAGE = "pyexec_sandbox";
    private static final String SOCKET = "s";
    /** Socket addresses hold 108 bytes with the closing zero: unix(7). */
    private static final int MAX_SOCKET_PATH = 107;

    /**
     * Unpacks into a fresh folder within {@code parent}, or within the system's temporary folder where the path would be
     * too long for a socket.
     */
    static PythonRuntime unpack(Path parent) throws IOException {
        Path absolute = parent.toAbsolutePath();
        Path folder = absolute.resolve(UUID.randomUUID().toString().substring(0, 8));
        if (folder.resolve(SOCKET).toString().getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH) {
            folder = Files.createTempDirectory("pyexec-");
        } else {
            makePrivate(absolute);
            makePrivate(folder);
        }
        PythonRuntime runtime = new PythonRuntime(folder);
        try {
            runtime.copyModules();
        } catch (IOException e) {
            runtime.close();
            throw e;
        }
        return runtime;
    }

    private static void makePrivate(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private void copyModules() throws IOException {
        Path target = Files.createDirectories(folder.resolve("lib").resolve(PACKAGE));
        for (String name : MODULES) {
            try (InputStream module = PythonRuntime.class.getResourceAsStream(name)) {
                if (module == null) {
                    throw new IOException("The module " + name + " is missing from the application");
                }
                Path file = target.resolve(name);
                Files.createDirectories(file.getParent());
                Files.copy(module, file);
            }
        }
    }

    Path main() {
        return folder.resolve("lib").resolve(PACKAGE).resolve("__main__.py");
    }

    Path socket() {
        return folder.resolve(SOCKET);
    }

    /** Removes what is left of the folder; the supervisor removes it itself when it ends in order. */
    @Override
    public void close() throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // the supervisor was faster
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
