package org.pyexec.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A server's {@code STORAGE_DIR}, as others see it. */
public record StorageFolder(Path path) {

    /** The folders in it; an asterisk stands for the part of a name that differs at every start. */
    public List<String> folders() throws IOException {
        try (Stream<Path> entries = Files.walk(path)) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> path.relativize(entry).toString())
                    .map(name -> name.replaceAll("[0-9a-f]{8,}", "*"))
                    .sorted()
                    .toList();
        }
    }

    /** The names of the files in one of its folders. */
    public List<String> namesIn(String folder) throws IOException {
        try (Stream<Path> entries = Files.list(path.resolve(folder))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    /** The sizes of all files together. */
    public long bytesHeld() {
        try (Stream<Path> entries = Files.walk(path)) {
            return entries.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
