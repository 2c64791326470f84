package org.pyexec.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What tests do with a session's files: put, list, read and remove them. */
final class SessionFileOrders {

    private SessionFileOrders() {}

    static FilesReport put(SandboxSession session, String path, byte[] content) throws Exception {
        return session.files(
                new FileOrder.Put(new FilePath(path), InputFile.inMemory(content)), (name, size, in) -> {});
    }

    static FilesReport put(SandboxSession session, String path, String content) throws Exception {
        return put(session, path, content.getBytes(UTF_8));
    }

    static FilesReport remove(SandboxSession session, String path) throws Exception {
        return session.files(new FileOrder.Remove(new FilePath(path)), (name, size, in) -> {});
    }

    static FilesReport list(SandboxSession session) throws Exception {
        return session.files(new FileOrder.Listing(), (name, size, in) -> {});
    }

    static List<String> names(SandboxSession session) throws Exception {
        return list(session).files().stream().map(FilesReport.Entry::path).toList();
    }

    static byte[] read(SandboxSession session, String path) throws Exception {
        Received received = new Received();
        FilesReport report = session.files(new FileOrder.Read(new FilePath(path)), received);
        assertThat(report.outcome()).as(report.sentence()).isEqualTo(FilesReport.Outcome.READ);
        assertThat(received.files).containsOnlyKeys(path);
        return Objects.requireNonNull(received.files.get(path));
    }

    static void assertUnread(SandboxSession session, String path, FilesReport.Outcome outcome) throws Exception {
        Received received = new Received();
        FilesReport report = session.files(new FileOrder.Read(new FilePath(path)), received);
        assertThat(report.outcome()).as("%s: %s", path, report.sentence()).isEqualTo(outcome);
        assertThat(report.sentence()).isNotBlank();
        assertThat(received.files).isEmpty();
    }

    /** What came, by name. */
    static final class Received implements FileReceiver {
        final Map<String, byte[]> files = new TreeMap<>();

        @Override
        public void file(String filename, long size, InputStream content) throws IOException {
            files.put(filename, content.readAllBytes());
            assertThat(files.get(filename)).hasSize((int) size);
        }
    }
}
