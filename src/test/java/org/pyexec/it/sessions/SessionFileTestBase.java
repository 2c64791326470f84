package org.pyexec.it.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;

/** Tests that put files into sessions, and list, get and delete them there. */
abstract class SessionFileTestBase extends SessionTestBase {

    SessionFileTestBase(Http http) {
        super(http);
    }

    static String files(String session) {
        return "/sessions/" + session + "/files";
    }

    Answer put(String session, String path, byte[] content, String... headers) {
        return http.send("PUT", files(session) + "/" + path, content, headers);
    }

    Answer put(String session, String path, String content, String... headers) {
        return put(session, path, content.getBytes(UTF_8), headers);
    }

    Answer get(String session, String path, String... headers) {
        return http.get(files(session) + "/" + path, headers);
    }

    Answer delete(String session, String path) {
        return http.send("DELETE", files(session) + "/" + path, new byte[0]);
    }

    List<String> listed(String session) {
        Answer answer = http.get(files(session));
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return Json.texts(answer.json().path("files"), "path");
    }
}
