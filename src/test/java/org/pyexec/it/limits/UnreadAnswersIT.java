package org.pyexec.it.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.EventReader;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Answers and event streams that many clients do not read: others are served beside them. */
@Order(2) // waits for long
class UnreadAnswersIT extends UnreadTestBase {

    UnreadAnswersIT(Http http) {
        super(http);
    }

    @Test
    void answersOfOneExecutionLeaveThreadsForOthers() throws Exception {
        String path = submitted("203.0.113.241", "for _ in range(8): display({'text/html': 'x' * 999_000}, raw=True)");
        try (EventReader events =
                new EventReader(http.open(path, "Accept", "text/event-stream").body())) {
            events.rest();
        }

        ask(number -> OWN, RawConnection.head("GET", path));

        assertServed();
        assertThat(get(path).json().at("/answer/run/displays")).hasSize(8);
    }

    @Test
    void answersOfProgramsLeaveThreadsForOthers() throws Exception {
        String body = Json.object("code", "print('Q' * 900_000)");
        String head = RawConnection.executeHead(body.length());

        ask(number -> OWN, head + body, READERS, 4);

        assertServed();
        String first = new String(readers.get(0).rest(), StandardCharsets.UTF_8);
        assertThat(first.chars().filter(c -> c == 'Q')).hasSize(900_000);
    }

    @Test
    void followersOfAProgramAreBoundedAndLeaveThreadsForPrograms() throws Exception {
        String path = submitted(
                "203.0.113.242", "import time\nfor _ in range(50): print('x' * 20_000, flush=True)\ntime.sleep(50)");
        try {
            ask(UnreadTestBase::oneOfMany, RawConnection.head("GET", path, "Accept", "text/event-stream"));
            ask(number -> OWN, RawConnection.head("GET", path, "Accept", "text/event-stream"), 40, 30);

            assertServed();
            RawConnection last = readers.get(readers.size() - 1);
            Answer refusal = last.answer();
            assertThat(refusal.status()).isIn(429, 503);
            Shapes.executeError(refusal, refusal.status());
            assertThat(refusal.required("Retry-After")).matches("[0-9]+");
        } finally {
            assertThat(http.send("DELETE", path, new byte[0]).status()).isEqualTo(200);
        }
    }

    /** The path of an execution for a client of its own, of which the server keeps no other results. */
    private String submitted(String client, String code) {
        String json = Json.object("code", code, "result", true, "timeout", 60);
        Answer answer = http.submit(client, json);
        assertThat(answer.status()).as("%s", answer).isEqualTo(202);
        return answer.required("Location");
    }
}
