package org.pyexec.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports for the servers of tests.
 *
 * <p>They lie below those that the kernel gives to clients ({@code ip_local_port_range} in ip(7)), so that no connection
 * takes one between this choice and the server's bind(2). A lock on a file of the same number keeps other processes of the
 * tests away from a port; {@code bench/ports.py} uses the same files. Safe for use by several threads.
 */
public final class Ports {

    private static final int FIRST = 20_000;
    private static final int COUNT = 12_000;
    private static final List<FileLock> LENT = new ArrayList<>();

    private Ports() {}

    /** A port on which nobody listens, for this process alone until it ends. */
    public static synchronized int lend() {
        int start = ThreadLocalRandom.current().nextInt(COUNT);
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + (start + i) % COUNT;
            if (isLocked(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port from %d on".formatted(FIRST));
    }

    private static boolean isLocked(int port) {
        try {
            Path file = folder().resolve(Integer.toString(port));
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                return false;
            }
            LENT.add(lock);
            return true;
        } catch (OverlappingFileLockException ours) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One folder for each user: another one's files could not be opened. */
    private static Path folder() throws IOException {
        Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        return Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "pyexec-test-ports-" + user));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
