package org.pyexec.files.disk;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * {@code STORAGE_DIR}: the server's folder on disk, in which the store and others have theirs; private to this server and locked by it until closed.
 *
 * <p>In a shared place such as /tmp a stranger may have made the folder before us, so one that is a link or belongs to
 * somebody else is refused. So is one with other content: making it private and emptying parts of it would do harm.
 */
public final class StorageDirectory implements AutoCloseable {

    private static final String LOCK = ".python-executor.lock";
    private static final String PROBE = ".python-executor-probe-";
    private static final String LOST_AND_FOUND = "lost+found";
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    /**
     * Channels that met a lock of this same JVM. They stay open: closing one would release the lock that the other
     * holds, as POSIX drops all locks of a process on a file when it closes any descriptor of it (fcntl(2)).
     */
    private static final Collection<FileChannel> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

    private final Path directory;
    private final FileChannel lock;

    private StorageDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Opens it, alone; makes it when absent.
     *
     * @throws IOException with one line for the administrator if the folder can't be had for this server alone
     */
    public static StorageDirectory open(Path wanted) throws IOException {
        Path directory = wanted.toAbsolutePath().normalize();
        try {
            makePrivate(directory);
            return new StorageDirectory(directory, lock(directory));
        } catch (UnusableException e) {
            throw e;
        } catch (IOException e) {
            throw new UnusableException(directory, "cannot be used (" + e + ")", e);
        }
    }

    /** Where it is, absolute. */
    public Path path() {
        return directory;
    }

    /** A private folder inside (mode 0700), made when absent; what is in it stays. */
    public Path keptFolder(String name) throws IOException {
        Path folder = directory.resolve(name);
        makePrivate(folder, true);
        return folder;
    }

    /** A private folder inside (mode 0700), empty. */
    public Path emptyFolder(String name) throws IOException {
        Path folder = directory.resolve(name);
        if (Files.exists(folder, NOFOLLOW_LINKS)) {
            removeTree(folder);
        }
        makePrivate(folder, true);
        return folder;
    }

    /** Lets another server have it; what is in it stays. Call it when nobody uses a folder in it any more. */
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static void makePrivate(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectories(parent);
        }
        makePrivate(directory, false);
    }

    private static void makePrivate(Path directory, boolean contentIsOurs) throws IOException {
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
        } catch (FileAlreadyExistsException e) {
            refuseLinkOrFile(directory);
            refuseForeignOwner(directory);
            if (!contentIsOurs) {
                refuseForeignContent(directory);
            }
        }
        narrow(directory);
    }

    private static void refuseLinkOrFile(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw new UnusableException(directory, "is a symbolic link", null);
        }
        if (!Files.isDirectory(directory, NOFOLLOW_LINKS)) {
            throw new UnusableException(directory, "is not a folder", null);
        }
    }

    /** Java can't tell its own user id, but a file that we make shows it. */
    private static void refuseForeignOwner(Path directory) throws IOException {
        Object owner = Files.getAttribute(directory, "unix:uid", NOFOLLOW_LINKS);
        if (!owner.equals(ownerOfNewFile(directory))) {
            throw new UnusableException(directory, "belongs to another user (uid " + owner + ")", null);
        }
    }

    private static Object ownerOfNewFile(Path directory) throws IOException {
        try {
            Path probe = Files.createTempFile(directory, PROBE, "");
            Object owner = Files.getAttribute(probe, "unix:uid", NOFOLLOW_LINKS);
            Files.delete(probe);
            return owner;
        } catch (AccessDeniedException e) {
            throw new UnusableException(directory, "cannot be written", e);
        }
    }

    private static void refuseForeignContent(Path directory) throws IOException {
        boolean foreign = false;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.equals(LOCK)) {
                    return;
                }
                foreign |= !name.equals(LOST_AND_FOUND) && !name.startsWith(PROBE);
            }
        }
        if (foreign) {
            throw new UnusableException(directory, "holds other things than this server's files", null);
        }
    }

    private static void narrow(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PRIVATE);
        if (!Files.getPosixFilePermissions(directory, NOFOLLOW_LINKS).equals(PRIVATE)) {
            throw new UnusableException(directory, "is open to other users and cannot be made private", null);
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel = FileChannel.open(directory.resolve(LOCK), Set.of(CREATE, WRITE, NOFOLLOW_LINKS));
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
            channel.close();
        } catch (OverlappingFileLockException e) {
            NEVER_CLOSED.add(channel);
        }
        throw new UnusableException(directory, "is in use by another server", null);
    }

    private static void removeTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Says in one line what is wrong with the folder and what to do. */
    private static final class UnusableException extends IOException {
        UnusableException(Path directory, String why, @Nullable Throwable cause) {
            super("STORAGE_DIR " + directory + " " + why + ": set STORAGE_DIR to a folder of this server's own", cause);
        }
    }
}
