package org.pyexec.files.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.SteppedClock;

/** A store of a thousand bytes, and a clock that stands still. */
abstract class DiskFileStoreFixture {

    @TempDir
    Path temporary;

    final SteppedClock clock = new SteppedClock();
    Path directory;
    OpenStore store;

    @BeforeEach
    void open() throws IOException {
        directory = temporary.resolve("store");
        store = StoreFixture.open(directory, clock, 1000);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }
}
