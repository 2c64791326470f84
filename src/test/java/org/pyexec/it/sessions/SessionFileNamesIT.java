package org.pyexec.it.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Paths and names of the files of a session. */
class SessionFileNamesIT extends SessionFileTestBase {

    SessionFileNamesIT(Http http) {
        super(http);
    }

    // --- names

    @Test
    void namesAreOneToOne() {
        String id = open();
        Shapes.success(run(id, """
                for name in (b'a\\nb', b'a\\\\b', b'\\xff', b'%0A', 'x y é.txt'.encode(), b'a;b', b'a#b?c'):
                    with open(name, 'wb') as file: file.write(name)
                """));
        List<String> names = listed(id);
        assertThat(names).containsExactlyInAnyOrder("a%0Ab", "a\\b", "%FF", "%250A", "x y é.txt", "a;b", "a#b?c");
        List<String> contents = new ArrayList<>();
        byte[] large = new byte[100_000]; // it does not come together with the head of the request
        for (String name : names) {
            Answer answer = get(id, encoded(name));
            if (answer.status() == 400) { // some servers do not take these, even encoded
                assertThat(name).isIn("a\\b", "a;b", "a#b?c");
                continue;
            }
            assertThat(answer.status()).as("%s: %s", name, answer).isEqualTo(200);
            contents.add(Arrays.toString(answer.body()));
            assertThat(put(id, encoded(name), large).status()).as(name).isEqualTo(200);
        }
        assertThat(contents).doesNotHaveDuplicates();
        assertThat(listed(id)).isEqualTo(names);
    }

    private static String encoded(String name) {
        StringBuilder text = new StringBuilder();
        for (byte octet : name.getBytes(UTF_8)) {
            boolean plain = octet == '.' || (octet > 0 && Character.isLetterOrDigit(octet));
            text.append(plain ? Character.toString(octet) : "%%%02X".formatted(octet));
        }
        return text.toString();
    }

    /** Some servers refuse an encoded slash; the others treat it as a slash. */
    @Test
    void encodedSlashIsASlashOrRefused() {
        String id = open();
        Answer answer = put(id, "d%2Ff", "x");
        assertThat(answer.status()).as("%s", answer).isIn(201, 400, 404);
        assertThat(listed(id)).isEqualTo(answer.status() == 201 ? List.of("d/f") : List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "a/../../../etc/passwd",
                "%2e%2e/%2e%2e/etc/passwd",
                "..%2F..%2Fetc%2Fpasswd",
                "%2Fetc%2Fpasswd",
                "a%00b",
                "a/./b",
                "%FF",
                "%2F%0A"
            })
    void pathThatLeavesTheFolderIsRefused(String path) throws IOException {
        String id = open();
        for (String method : List.of("GET", "DELETE", "PUT")) {
            Answer answer = RawConnection.exchange(
                    "127.0.0.1", http.base(), method, files(id) + "/" + path, "Content-Length", "0");
            assertThat(answer.status()).as("%s %s: %s", method, path, answer).isIn(400, 404, 405);
            assertThat(answer.text()).doesNotContain("root:");
        }
        assertThat(listed(id)).isEmpty();
        assertThat(state(id).path("status").textValue()).isEqualTo("idle");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEPTH", "COMPONENT", "WHOLE"})
    void pathsAreBounded(String kind) {
        String id = open();
        String path = switch (kind) {
            case "DEPTH" -> "d/".repeat(32) + "f";
            case "COMPONENT" -> "x".repeat(256);
            default -> ("d".repeat(200) + "/").repeat(6) + "f";
        };
        Shapes.generalError(put(id, path, "x"), 400);
        Shapes.generalError(get(id, path), 400);
        assertThat(put(id, "d/".repeat(31) + "f", "x").status()).isEqualTo(201);
    }
}
