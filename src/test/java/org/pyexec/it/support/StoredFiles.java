package org.pyexec.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the store of a server has on disk. */
public final class StoredFiles {

    private StoredFiles() {}

    /** Contents that have no metadata yet: an upload goes there while it is received (docs/adr/0020). */
    public static List<String> unfinished(Path storage) throws IOException {
        try (Stream<Path> files = Files.list(storage.resolve("files"))) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();
            return names.stream()
                    .filter(name -> name.endsWith(".data"))
                    .filter(name -> !names.contains(name.replace(".data", ".meta")))
                    .toList();
        }
    }
}
