package org.pyexec.it.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.EventReader;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** Streams whose clients disconnect or wait, on a server that runs one program at a time. */
@Tag("slow")
@NeedsServer(Setup.ONE_SLOT)
class AbandonedStreamsIT {

    private static final String LONG = "import time\nprint('begun')\ntime.sleep(58)";

    private final Http http;

    AbandonedStreamsIT(Http http) {
        this.http = http;
    }

    private EventReader stream(String code) {
        return new EventReader(http.stream(Json.object("code", code, "timeout", 60), "Accept", "text/event-stream")
                .body());
    }

    @Test
    void clientThatLeavesEndsItsProgramAndFreesItsSlot() throws Exception {
        try (EventReader events = stream(LONG)) {
            assertThat(events.next().text()).isEqualTo("begun\n");
        }
        // Nobody waits for a slot longer than 30 seconds, and the program would go on for twice that.
        assertThat(Shapes.success(http.execute("print(1)")).path("output").textValue())
                .isEqualTo("1\n");
    }

    /** There is one each second: StreamingIT. The client has read everything, so nothing tells of its leaving but what is written. */
    @Test
    void programOfAClientThatLeavesEndsBeforeAnotherStreamHasHadFiveHeartbeats() throws Exception {
        EventReader waiting;
        try (RawConnection holder = RawConnection.to(http.base())) {
            String body = Json.object("code", LONG, "timeout", 60);
            holder.send(RawConnection.executeHead(body.length(), "Accept", "text/event-stream") + body);
            assertThat(holder.status()).isEqualTo(200);
            StringBuilder begun = new StringBuilder();
            while (begun.indexOf("begun") < 0) {
                begun.append((char) holder.next(1)[0]);
            }
            waiting = stream("print('at last')");
            assertThat(waiting.any().name()).isEqualTo(":"); // which comes with the head of the answer
        }
        try (waiting) {
            int heartbeats = 0;
            EventReader.Event event = waiting.any();
            for (; event.name().equals(":"); event = waiting.any()) {
                heartbeats++;
            }
            assertThat(event.text()).isEqualTo("at last\n");
            assertThat(heartbeats).isLessThan(5);
        }
    }

    @Test
    void streamThatWaitsForASlotHasHeartbeatsAndThenItsProgram() throws Exception {
        EventReader waiting;
        try (EventReader holder = stream(LONG)) {
            assertThat(holder.next().text()).isEqualTo("begun\n");
            waiting = stream("print('at last')");
            for (int heartbeat = 0; heartbeat < 3; heartbeat++) {
                assertThat(waiting.any().name()).isEqualTo(":");
            }
        }
        try (waiting) {
            List<EventReader.Event> rest = waiting.rest();
            assertThat(rest.get(0).text()).isEqualTo("at last\n");
            assertThat(rest.get(1).name()).isEqualTo("done");
        }
    }

    @Test
    void clientThatLeavesTheQueueIsNotRun() throws Exception {
        try (EventReader holder = stream(LONG)) {
            assertThat(holder.next().text()).isEqualTo("begun\n");
            try (EventReader waiting = stream("print('never')")) {
                assertThat(waiting.any().name()).isEqualTo(":");
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            http.get("/health").json().at("/executions/queued").intValue() == 0);
            assertThat(http.get("/health").json().at("/executions/running").intValue())
                    .isEqualTo(1);
        }
    }
}
