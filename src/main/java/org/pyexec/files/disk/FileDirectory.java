package org.pyexec.files.disk;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.pyexec.files.HostedFile;

/**
 * The folder with the files: {@code <token>.data} is a content, {@code <token>.meta} its metadata.
 *
 * <p>A file is there if, and only if, both are there. The content is complete and synced before the metadata gets its
 * name by one rename, so a crash before the rename leaves at most a content without metadata or a {@code .part}, and
 * both are swept away at the next start. If the power fails before the folder is synced, the disk may hold either
 * name without the other; that counts as nothing too, and nobody was told of the file yet.
 *
 * <p>An expired file's metadata stays for a while without its content, and so its token is known after a restart.
 */
final class FileDirectory {

    static final String CONTENT = ".data";
    static final String METADATA = ".meta";
    static final String UNFINISHED = ".part";

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path folder;

    FileDirectory(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** Makes an empty content to write to. */
    FileChannel create(String token) throws IOException {
        return create(path(token, CONTENT));
    }

    /** Makes a file known, for good when this returns. Its content has been written and synced. */
    void commit(HostedFile file) throws IOException {
        Path unfinished = path(file.token(), UNFINISHED);
        try (FileChannel out = create(unfinished)) {
            writeFully(out, ByteBuffer.wrap(Metadata.encode(file)));
            out.force(true);
        }
        Files.move(unfinished, path(file.token(), METADATA), ATOMIC_MOVE);
        sync();
    }

    HostedFile metadata(String token) throws IOException {
        return Metadata.decode(Files.readAllBytes(path(token, METADATA)));
    }

    long contentSize(String token) throws IOException {
        return Files.size(path(token, CONTENT));
    }

    /** Opens a content; an open one stays readable when it is removed. */
    FileChannel open(String token) throws IOException {
        return FileChannel.open(path(token, CONTENT), READ);
    }

    /** Removes all that there may be of one file, first that which makes it one. */
    void remove(String token) throws IOException {
        removeMetadata(token);
        removeContent(token);
    }

    void removeContent(String token) throws IOException {
        Files.deleteIfExists(path(token, CONTENT));
    }

    void removeMetadata(String token) throws IOException {
        Files.deleteIfExists(path(token, METADATA));
        Files.deleteIfExists(path(token, UNFINISHED));
    }

    /** Makes the names in the folder durable. */
    void sync() throws IOException {
        try (FileChannel names = FileChannel.open(folder, READ)) {
            names.force(true);
        }
    }

    static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static FileChannel create(Path path) throws IOException {
        return FileChannel.open(path, Set.of(CREATE_NEW, WRITE), PRIVATE);
    }

    private Path path(String token, String suffix) {
        return folder.resolve(token + suffix);
    }
}
