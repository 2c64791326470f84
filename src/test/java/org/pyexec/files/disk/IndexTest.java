package org.pyexec.files.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;

class IndexTest {

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private final Index index = new Index();

    @Test
    void fileIsFoundUntilTheInstantOfItsExpiry() {
        HostedFile file = file(0);
        index.add(file);

        assertThat(index.find(file.token(), NOON.minusMillis(1))).isEqualTo(new Lookup.Found(file));
        assertThat(index.find(file.token(), NOON)).isEqualTo(new Lookup.Expired());
    }

    @Test
    void dueFileIsHandedOutOnce() {
        HostedFile file = file(0);
        index.add(file);

        assertThat(index.takeDue(NOON.minusMillis(1))).isEmpty();
        assertThat(index.takeDue(NOON)).contains(file);
        assertThat(index.takeDue(NOON)).isEmpty();
    }

    @Test
    void expiredTokenIsForgottenAfterDay() {
        HostedFile file = file(0);
        index.add(file);
        Instant tomorrow = NOON.plus(Index.MEMORY);

        assertThat(index.takeDue(NOON)).isPresent();
        assertThat(index.forgetOne(tomorrow.minusMillis(1))).isEmpty();
        assertThat(index.forgetOne(tomorrow)).contains(file.token());
        assertThat(index.find(file.token(), tomorrow)).isEqualTo(new Lookup.Unknown());
    }

    @Test
    void oldestExpiredTokensAreForgottenFirst() {
        List<HostedFile> files = IntStream.range(0, Index.MAX_REMEMBERED + 2)
                .mapToObj(IndexTest::file)
                .toList();
        files.forEach(index::add);
        Instant later = NOON.plus(Duration.ofHours(1));

        assertThat(index.liveCount(later)).isZero();
        assertThat(index.forgetOne(later)).contains(files.get(0).token());
        assertThat(index.forgetOne(later)).contains(files.get(1).token());
        assertThat(index.forgetOne(later)).isEmpty();
    }

    /** Hundred thousand calls over hundred thousand files: ten thousand million steps if a call scanned them all. */
    @Test
    void hundredThousandFilesAreFoundCountedAndExpireOneByOne() {
        List<HostedFile> files =
                IntStream.range(0, 100_000).mapToObj(IndexTest::file).toList();
        files.forEach(index::add);

        for (int i = 0; i < files.size(); i++) {
            HostedFile file = files.get(i);
            Instant justBefore = file.expires().minusMillis(1);
            assertThat(index.find(file.token(), justBefore) instanceof Lookup.Found)
                    .isTrue();
            assertThat(index.liveCount(justBefore)).isEqualTo(files.size() - i);
            assertThat(index.takeDue(file.expires()).orElseThrow()).isSameAs(file);
        }
        assertThat(index.liveCount(NOON.plus(Duration.ofDays(1)))).isZero();
    }

    @Test
    void hundredThousandFilesThatExpireAtOnceAreHandedOutAndTheLastOfThemRemembered() {
        List<HostedFile> files =
                IntStream.range(0, 100_000).mapToObj(IndexTest::file).toList();
        files.forEach(index::add);
        Instant later = NOON.plus(Duration.ofHours(1));

        for (HostedFile file : files) {
            assertThat(index.takeDue(later).orElseThrow()).isSameAs(file);
        }
        assertThat(index.takeDue(later)).isEmpty();
        for (HostedFile file : files.subList(0, files.size() - Index.MAX_REMEMBERED)) {
            assertThat(index.forgetOne(later)).contains(file.token());
        }
        assertThat(index.forgetOne(later)).isEmpty();
        assertThat(index.find(files.get(files.size() - 1).token(), later)).isEqualTo(new Lookup.Expired());
        assertThat(index.find(files.get(0).token(), later)).isEqualTo(new Lookup.Unknown());
    }

    @Test
    void removedFileIsUnknownAndItsSiblingStays() {
        HostedFile file = file(0);
        HostedFile sibling = file(0);
        Stream.of(file, sibling).forEach(index::add);
        Instant before = NOON.minusSeconds(1);

        assertThat(index.remove(file.token(), before)).contains(file);
        assertThat(index.remove(file.token(), before)).isEqualTo(Optional.empty());
        assertThat(index.find(file.token(), before)).isEqualTo(new Lookup.Unknown());
        assertThat(index.find(sibling.token(), before)).isEqualTo(new Lookup.Found(sibling));
    }

    private static HostedFile file(int millisAfterNoon) {
        return new HostedFile(
                UUID.randomUUID().toString(), "a.txt", 1, NOON.plusMillis(millisAfterNoon), "text/plain", "00", "");
    }
}
