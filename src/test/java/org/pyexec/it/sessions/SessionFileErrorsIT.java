package org.pyexec.it.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Shapes;

/** Files of sessions that are refused: there is no such session or file, it is too large, or no regular file. */
class SessionFileErrorsIT extends SessionFileTestBase {

    private static final int LARGEST = 20 << 20;

    SessionFileErrorsIT(Http http) {
        super(http);
    }

    // --- what is refused

    @Test
    void unknownSessionAndOneThatHasEndedAnswerAsEverywhere() {
        String id = open();
        put(id, "f", "x");
        http.send("DELETE", "/sessions/" + id, new byte[0]);
        for (Answer answer : List.of(http.get(files(id)), get(id, "f"), put(id, "f", "y"), delete(id, "f"))) {
            assertExpired(answer, id, "It was deleted");
            assertThat(Json.fields(answer.json()))
                    .isEqualTo(Json.fields(http.get("/sessions/" + id).json()));
        }
        String unknown = "A".repeat(38);
        for (Answer answer :
                List.of(http.get(files(unknown)), get(unknown, "f"), put(unknown, "f", "y"), delete(unknown, "f"))) {
            assertThat(Shapes.generalError(answer, 404).path("message").textValue())
                    .isEqualTo("There is no session of this id.");
        }
        assertThat(http.head(files(id) + "/f").status()).isEqualTo(410);
    }

    @Test
    void sessionThatAProgramHasReplacedOrEndedHasNoFiles() {
        String id = open();
        put(id, "f", "x");
        ObjectNode last = run(id, "import os\nos.execv('/bin/true', ['true'])").json();
        assertThat(last.at("/run/session").textValue()).isEqualTo("ended");
        for (Answer answer : List.of(http.get(files(id)), get(id, "f"), put(id, "f", "y"), delete(id, "f"))) {
            assertThat(answer.status()).as("%s", answer).isEqualTo(410);
        }
    }

    @Test
    void fileThatIsTooLargeIsRefused() {
        String id = open();
        Answer answer = put(id, "f", new byte[LARGEST + 1]);
        assertThat(Shapes.generalError(answer, 413).path("error").textValue()).isEqualTo("File too large");
        assertThat(listed(id)).isEmpty();
    }

    @Test
    void diskOfTheSessionIsBounded() {
        String id = open();
        byte[] large = new byte[LARGEST];
        Arrays.fill(large, (byte) 'x');
        for (int number = 0; number < 3; number++) {
            assertThat(put(id, "large" + number, large).status()).isEqualTo(201);
        }
        ObjectNode full = Shapes.generalError(put(id, "large0", large), 507);
        assertThat(full.path("error").textValue()).isEqualTo("Disk full");
        assertThat(full.path("message").textValue()).contains("64 MB");
        assertThat(get(id, "large0").body()).isEqualTo(large);
        assertThat(delete(id, "large1").status()).isEqualTo(204);
        assertThat(put(id, "large0", large).status()).isEqualTo(200);
    }

    @Test
    void onlyWholeFilesArePut() {
        String id = open();
        Shapes.generalError(put(id, "f", "x", "Content-Range", "bytes 0-0/10"), 400);
        Answer post = http.send("POST", files(id) + "/f", new byte[] {'x'});
        assertThat(Shapes.generalError(post, 405)).isNotNull();
        assertThat(post.list("Allow")).contains("GET", "HEAD", "PUT", "DELETE");
        assertThat(listed(id)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "link, symbolic link",
        "fifo, not a regular file",
        "folder, folder",
        "one, hard link",
        "hole, larger than 20 MB",
        "folder/loop, symbolic link"
    })
    void whatIsNoRegularFileIsNotHandedOut(String path, String why) {
        String id = open();
        Shapes.success(run(id, """
                import os
                os.symlink('/etc/passwd', 'link')
                os.mkfifo('fifo')
                os.mkdir('folder')
                os.symlink('..', 'folder/loop')
                open('one', 'w').write('1')
                os.link('one', 'two')
                with open('hole', 'wb') as file: file.truncate(30 << 20)
                """));
        ObjectNode refused = Shapes.generalError(get(id, path), 409);
        assertThat(refused.path("message").textValue()).contains(why);
        Shapes.generalError(get(id, path + "/x"), 404);
        Shapes.generalError(get(id, "folder/loop/one"), 404);
        JsonNode list = http.get(files(id)).json();
        assertThat(Json.texts(list.path("skippedFiles"), "filename"))
                .containsExactly("fifo", "folder/loop", "link", "one", "two");
        assertThat(list.path("skippedFileCount").intValue()).isEqualTo(5);
    }

    @Test
    void listIsCutAndSaysSo() {
        String id = open();
        Shapes.success(run(id, "for number in range(3000): open(f'{number:05}', 'w').close()"));
        JsonNode list = http.get(files(id)).json();
        assertThat(list.path("files")).hasSize(1000);
        assertThat(list.path("truncated").booleanValue()).isTrue();
        assertThat(get(id, "02999").status()).isEqualTo(200);
    }
}
