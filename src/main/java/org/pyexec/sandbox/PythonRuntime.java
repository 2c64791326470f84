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
 * A private folder with the Python runtime unpacked and room for the socket; gone when closed.
 *
 * @param folder mode 0700
 */
record PythonRuntime(Path folder) implements AutoCloseable {

    /** Every module of the Python runtime. */
    static final List<String> MODULES = List.of(
            "__init__.py",
            "__main__.py",
            "account.py",
            "advice.py",
            "allowlist.py",
            "arrival.py",
            "bottom.py",
            "bpf.py",
            "bundle.py",
            "calls.py",
            "captured.py",
            "causes.py",
            "cells.py",
            "cgroups.py",
            "child.py",
            "closing.py",
            "coding.py",
            "collect.py",
            "commands.py",
            "config.py",
            "confinement.py",
            "crowd.py",
            "delegation.py",
            "display.py",
            "drawing.py",
            "earlier.py",
            "ending.py",
            "entrance.py",
            "errand.py",
            "expression.py",
            "family.py",
            "feed.py",
            "fence.py",
            "figures.py",
            "filing.py",
            "folders.py",
            "fonts.py",
            "formatters.py",
            "frames.py",
            "fresh.py",
            "generators.py",
            "group.py",
            "guest.py",
            "handlers.py",
            "helper.py",
            "hierarchy.py",
            "history.py",
            "holdings.py",
            "identities.py",
            "image.py",
            "imports.py",
            "init.py",
            "inputs.py",
            "installed.py",
            "interface.py",
            "interpreter.py",
            "ipython.py",
            "ipython_display.py",
            "ipython_media.py",
            "isolation.py",
            "landlock.py",
            "left.py",
            "link.py",
            "living.py",
            "loop.py",
            "machine.py",
            "magics.py",
            "memory.py",
            "names.py",
            "network.py",
            "nft.py",
            "notebook.py",
            "notebook_lines.py",
            "notes.py",
            "outbox.py",
            "output.py",
            "packages.py",
            "packets.py",
            "policy.py",
            "pool.py",
            "popular.py",
            "pretty.py",
            "printer.py",
            "probe.py",
            "processes.py",
            "program.py",
            "quiet.py",
            "reception.py",
            "relay.py",
            "report.py",
            "request.py",
            "run.py",
            "scratch.py",
            "seccomp.py",
            "session.py",
            "shell.py",
            "slot.py",
            "sources.py",
            "speech.py",
            "stacks.py",
            "startup.py",
            "steps.py",
            "streams.py",
            "substitutes.py",
            "supervisor.py",
            "surroundings.py",
            "syscall_policy.py",
            "syscall_table.py",
            "syscalls.py",
            "terminals.py",
            "text.py",
            "timing.py",
            "turn.py",
            "unawaited.py",
            "unhandled.py",
            "voice.py",
            "walk.py",
            "warden.py",
            "watch.py",
            "watchdog.py",
            "zygote.py");

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
                Files.copy(module, target.resolve(name));
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
