package org.pyexec.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreFullException;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.files.UnreachableFileStore;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;

class FormUploadTest extends FormUploadFixture {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 4096, 8192, 9300, 16_384, 1_000_000})
    void fileIsKeptWhateverThePiecesInWhichItsFormComes(int piece) throws Exception {
        byte[] content = random(100_000);
        byte[] form = form(part("Content-Disposition: form-data; name=\"note\"", random(30_000)), part(FILE, content));

        assertThat(content(kept(form, piece))).isEqualTo(content);
    }

    /** Where pieces end in the boundary, in heads and in what looks like either, by chance. */
    @Test
    void everyFormIsReadAsTheLibraryReadsItAtOnce() throws Exception {
        Random random = new Random(20);
        String[] tokens = {
            "\r\n", "\n", "\r", "--", "--" + BOUNDARY, BOUNDARY, "\r\n--" + BOUNDARY.substring(3), "x", " "
        };
        for (int round = 0; round < 100; round++) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            for (int i = random.nextInt(60); i > 0; i--) {
                content.writeBytes(tokens[random.nextInt(tokens.length)].getBytes(UTF_8));
                content.writeBytes(new byte[random.nextInt(20) == 0 ? random.nextInt(20_000) : 3]);
            }
            byte[] form =
                    form(part(FILE, content.toByteArray()), part("X: " + "y".repeat(random.nextInt(9000)), random(9)));

            UploadOutcome whole = outcome(form, form.length);
            UploadOutcome inPieces = outcome(form, 1 + random.nextInt(random.nextBoolean() ? 50 : 20_000));

            assertThat(digest(inPieces)).as("round %d", round).isEqualTo(digest(whole));
            forget(whole);
            forget(inPieces);
        }
    }

    @Test
    void longPreambleIsSkipped() throws Exception {
        byte[] preamble = "this is a form\r\n".repeat(5000).getBytes(UTF_8);
        byte[] form = joined(preamble, form(part(FILE, random(5))));

        assertThat(content(kept(form, 100))).hasSize(5);
    }

    @Test
    void fileGoesToTheStoreWhileItComesAndIsFoundWhenItsFormEnds() throws Exception {
        byte[] form = form(part(FILE, random(200_000)));
        try (FormUpload upload = upload(store)) {
            upload.write(form, 150_000);
            assertThat(store.bytesHeld()).isBetween(130_000L, 150_000L);
            assertThat(store.liveCount()).isZero();
            assertThat(memory.heldBytes()).isLessThan(100_000);
            assertThat(incoming).isEmptyDirectory();

            upload.write(Arrays.copyOfRange(form, 150_000, form.length), form.length - 150_000);
            forget(upload.finish());
        }
    }

    /** Counted by the kernel for this thread (proc(5)): the content, and some hundred bytes beside it. */
    @Test
    void fileIsWrittenOnce() throws Exception {
        byte[] form = form(part(FILE, random(250_000)));
        long before = writtenByThisThread();

        HostedFile file = kept(form, 16_384);

        assertThat(writtenByThisThread() - before).isBetween(file.size(), file.size() + 2000);
    }

    private static long writtenByThisThread() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/io")).stream()
                .filter(line -> line.startsWith("wchar: "))
                .mapToLong(line -> Long.parseLong(line.substring("wchar: ".length())))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void formThatIsGivenUpLeavesNothing() throws Exception {
        byte[] form = form(part(FILE, random(200_000)));
        try (FormUpload upload = upload(store)) {
            upload.write(form, 150_000);
        }
        assertThat(store.bytesHeld()).isZero();
        assertThat(names()).isEmpty();
    }

    @Test
    void formThatIsRefusedLeavesNothing() throws Exception {
        byte[] two = form(part(FILE, random(100_000)), part(FILE, random(100_000)));
        byte[] cut = Arrays.copyOf(form(part(FILE, random(100_000))), 90_000);
        byte[] bad = form(part(FILE, random(100_000)), part("Content-Disposition: attachment; name=x", random(1)));
        byte[] many = form(
                part(FILE, random(100_000)),
                joined(("--" + BOUNDARY + "\r\n\r\n\r\n").repeat(70).getBytes(UTF_8)));

        assertThat(outcome(two, 5000)).isEqualTo(new UploadOutcome.TooManyFiles(2));
        assertThat(outcome(cut, 5000)).isEqualTo(new UploadOutcome.Malformed());
        assertThat(outcome(bad, 5000)).isEqualTo(new UploadOutcome.Malformed());
        assertThat(outcome(many, 5000)).isEqualTo(new UploadOutcome.TooManyParts());
        assertThat(outcome(form(part("Content-Disposition: form-data; name=\"other\"", random(9))), 5000))
                .isEqualTo(new UploadOutcome.NoFile());
        assertThatThrownBy(() -> outcome(form(part(FILE, random(MAX_BYTES + 1))), 5000))
                .isInstanceOf(FileTooLargeException.class);
        assertThat(store.bytesHeld()).isZero();
        assertThat(names()).isEmpty();
    }

    @Test
    void malformedFormIsOneEvenIfItsFileWouldBeTooLarge() throws Exception {
        byte[] form = form(part(FILE, random(MAX_BYTES + 1)));

        assertThat(outcome(Arrays.copyOf(form, form.length - 8), 5000)).isEqualTo(new UploadOutcome.Malformed());
    }

    @Test
    void fullStoreIsToldWhenTheFormHasEnded() throws Exception {
        HostedFile first = kept(form(part(FILE, random(MAX_BYTES))), 5000);

        assertThatThrownBy(() -> outcome(form(part(FILE, random(MAX_BYTES))), 5000))
                .isInstanceOfSatisfying(
                        StoreFullException.class,
                        e -> assertThat(e.ofThisClient()).isTrue());
        assertThat(store.bytesHeld()).isEqualTo(first.size());
    }

    @Test
    void storeThatCannotBeReachedIsToldWhenTheFormHasEnded() {
        byte[] form = form(part(FILE, random(50_000)));

        assertThatThrownBy(() -> outcome(form, 5000, new UnreachableFileStore()))
                .isInstanceOf(StoreUnreachableException.class);
    }

    @Test
    void formForWhichThereIsNoMemoryIsToldSo() throws Exception {
        try (Memory.Share all = memory.share(CLIENT)) {
            all.count(8 << 20);
            assertThatThrownBy(() -> outcome(form(part(FILE, random(50_000))), 5000))
                    .isInstanceOf(NoRoomException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10_000})
    void encodedFileIsDecoded(int piece) throws Exception {
        byte[] content = random(60_000);
        byte[] encoded = Base64.getMimeEncoder().encode(content);
        byte[] form = form(part(FILE + "\r\nContent-Transfer-Encoding: base64", encoded), part("X: y", random(20_000)));

        assertThat(content(kept(form, piece))).isEqualTo(content);
    }

    @Test
    void fileInAnUnknownEncodingIsMalformed() throws Exception {
        byte[] form = form(part(FILE + "\r\nContent-Transfer-Encoding: rot13", random(60_000)));

        assertThat(outcome(form, 5000)).isEqualTo(new UploadOutcome.Malformed());
    }

    /** Anything behind the end of a form is not read (RFC 2046, section 5.1.1). */
    @Test
    void epilogueIsIgnored() throws Exception {
        byte[] form = joined(form(part(FILE, random(5))), random(100_000));

        assertThat(content(kept(form, 3000))).hasSize(5);
    }
}
