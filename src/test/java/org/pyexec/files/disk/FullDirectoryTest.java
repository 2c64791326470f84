package org.pyexec.files.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.SteppedClock;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;

/** A store with more files than it remembers tokens. {@link IndexTest} has more of them, without a disk. */
@Tag("slow")
class FullDirectoryTest {

    private static final int FILES = 20_000;

    @TempDir
    Path temporary;

    private final SteppedClock clock = new SteppedClock();

    /** Each step is one pass at most: a store that looked at all files for each would open them four hundred million times. */
    @Test
    void twentyThousandFilesAreFoundAfterARestartServedCountedAndSwept() throws IOException {
        Path directory = temporary.resolve("store");
        StoreFixture.open(directory, clock).close();
        for (int i = 0; i < FILES; i++) {
            write(directory.resolve("files"), file(i));
        }

        try (OpenStore store = StoreFixture.open(directory, clock)) {
            assertThat(store.liveCount()).isEqualTo(FILES);
            assertThat(store.bytesHeld()).isEqualTo(FILES);
            for (int i = 0; i < FILES; i++) {
                assertThat(store.find(file(i).token())).isEqualTo(new Lookup.Found(file(i)));
            }
            HostedFile another = StoreFixture.add(store, "another.txt", "another");
            assertThat(StoreFixture.content(store, file(FILES / 2))).containsExactly('x');
            assertThat(store.delete(file(0).token())).isTrue();

            clock.step(Duration.ofMinutes(5));
            assertThat(store.sweep()).isEqualTo(FILES - 1);

            assertThat(store.liveCount()).isEqualTo(1);
            assertThat(store.bytesHeld()).isEqualTo(another.size());
            assertThat(StoreFixture.text(store, another)).isEqualTo("another");
            assertThat(StoreFixture.namesOnDisk(directory)).hasSize(Index.MAX_REMEMBERED + 2);
            assertThat(store.find(file(FILES - 1).token())).isEqualTo(new Lookup.Expired());
            assertThat(store.find(file(1).token())).isEqualTo(new Lookup.Unknown());
        }
    }

    private HostedFile file(int number) {
        return new HostedFile(
                new UUID(7, number).toString(),
                number + ".txt",
                1,
                SteppedClock.START.plusMillis(1 + number),
                "text/plain",
                "00",
                StoreFixture.CLIENT);
    }

    private static void write(Path folder, HostedFile file) throws IOException {
        Files.write(folder.resolve(file.token() + FileDirectory.CONTENT), new byte[] {'x'});
        Files.write(folder.resolve(file.token() + FileDirectory.METADATA), Metadata.encode(file));
    }
}
