package org.pyexec.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;

/**
 * Keeps files until they expire; the door of this room. Where it keeps them is its own matter: on this machine's disk, or on
 * another machine that cannot always be reached. Safe for use by many threads.
 */
public interface FileStore {

    /** How much of a file is in memory while it is copied. */
    int CHUNK_BYTES = 64 << 10;

    /**
     * Begins a file whose content comes in pieces.
     *
     * @param client whose share of the store it takes
     * @param filename a label, cleaned by {@link FileLabel}
     * @param maxFileBytes how long this file may be
     * @throws StoreFullException if the store has no room for another file, or none for this client
     * @throws StoreUnreachableException if the store cannot be reached
     */
    PendingFile begin(String client, String filename, long maxFileBytes) throws IOException;

    /**
     * Streams a file into the store. When this returns the file is kept for good; when it throws nothing is left.
     *
     * @param content read to its end, not closed
     * @throws FileTooLargeException if it is longer than it may be
     * @throws StoreFullException if the store has no room, or none for this client
     * @throws StoreUnreachableException if the store cannot be reached
     * @throws IOException if the content cannot be read or the store fails
     */
    default HostedFile add(String client, String filename, InputStream content, long maxFileBytes) throws IOException {
        try (PendingFile file = begin(client, filename, maxFileBytes)) {
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int length = content.readNBytes(chunk, 0, CHUNK_BYTES);
                    length > 0;
                    length = content.readNBytes(chunk, 0, CHUNK_BYTES)) {
                file.write(chunk, 0, length);
            }
            return file.keep();
        }
    }

    /** What is known about a token at this instant; it matches exactly or not at all. */
    Lookup find(String token);

    /**
     * Opens the content of a file. It stays readable to its end when the file expires or is deleted meanwhile.
     *
     * @param offset of the first byte that is read
     * @throws NoSuchFileException if the file has just gone
     * @throws StoreUnreachableException if the store cannot be reached
     */
    ReadableByteChannel read(HostedFile file, long offset) throws IOException;

    /**
     * Copies the content of a file to a channel that blocks.
     *
     * @throws NoSuchFileException if the file has just gone; nothing has been written then
     * @throws StoreUnreachableException if the store cannot be reached; nothing has been written then
     * @throws IOException if the content cannot be read or the channel not be written
     */
    default void copy(HostedFile file, WritableByteChannel target) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
        try (ReadableByteChannel content = read(file, 0)) {
            long left = file.size();
            while (left > 0) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), left));
                if (content.read(buffer) < 0) {
                    throw new IOException("The stored file is shorter than it was when it was stored");
                }
                left -= buffer.position();
                buffer.flip();
                while (buffer.hasRemaining()) {
                    target.write(buffer);
                }
            }
        }
    }

    /**
     * Deletes one file before its time; its token is unknown from then on.
     *
     * @return false if there is no such live file
     * @throws StoreUnreachableException if the store cannot be reached
     * @throws IOException if the store refuses; the file is then still there
     */
    boolean delete(String token) throws IOException;

    /**
     * Removes the expired files. What cannot be removed is tried again at the next sweep.
     *
     * @return how many were removed
     */
    int sweep();

    /** Bytes of content, as far as this server knows: live files, expired ones not swept yet, and what is being written. */
    long bytesHeld();

    /** How many files can be downloaded now, as far as this server knows. */
    int liveCount();
}
