package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.HeldSlot;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.Shapes;

/** What a server keeps and loses when it ends by SIGTERM, by an exhausted heap or by SIGKILL, and is started again. */
@Order(1) // waits for long
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RestartsIT extends RestartScenario {

    // --- the interpreter comes late

    @Tag("engine")
    @Test
    void executeAloneNoticesTheInterpretersArrival() {
        Shapes.executeError(withoutInterpreter, 503);
    }

    // --- an ordinary end

    @Test
    void terminationEndsTheServerAndItsRuns() {
        assertThat(foundAfterTermination).isEmpty();
    }

    @Tag("engine")
    @Test
    void filesAreThereAgainAfterAnOrdinaryEnd() {
        if (askedAfterOrdinaryEnd.isBefore(expires)) {
            assertThat(afterOrdinaryEnd.body()).containsExactly(1, 2, 3);
        } else {
            assertThat(afterOrdinaryEnd.status()).isIn(200, 410);
        }
    }

    /** The last of all: it takes a while. */
    @Tag("engine")
    @Order(Integer.MAX_VALUE)
    @Test
    void expiryIsTheOldOneAfterARestart() {
        Http http = last.http();
        await().atMost(Duration.ofMinutes(4)).until(() -> {
            Answer answer = http.get(expiring);
            assertThat(answer.status() == 200 || !Instant.now().isBefore(expires))
                    .as("%s before %s", answer, expires)
                    .isTrue();
            return answer.status() == 410;
        });
    }

    // --- the end of the heap

    @Test
    void serverWithoutMemoryEndsWithAFailure() {
        assertThat(exitOutOfMemory).isNotZero();
    }

    // --- the kill

    /** The first of all: the last server has nothing but what the others left. */
    @Order(1)
    @Test
    void noFileThatWasAcknowledgedIsLostAndNoHalfOneIsLeft() throws IOException {
        Http http = last.http();
        load.assertIntact(http);
        // One of the files may expire at any moment.
        List<String> names = left.namesIn("files").stream()
                .filter(name -> !expiring.endsWith(name.substring(0, 36)))
                .toList();
        List<String> tokens =
                names.stream().map(name -> name.substring(0, 36)).distinct().toList();
        assertThat(names).hasSize(2 * tokens.size()).allMatch(name -> name.matches(".*[.](data|meta)"));
        // Files whose clients got no answer any more are complete, too: the tag is the digest.
        long stored = 0;
        for (String token : tokens) {
            Answer answer = http.get("/download/" + token);
            assertThat(answer.required("ETag")).isEqualTo('"' + LoadClients.digest(answer.body()) + '"');
            stored += answer.body().length;
        }
        assertThat(left.namesIn("incoming")).isEmpty();
        assertThat(left.namesIn("runtime")).hasSize(1);
        // Two files are not from the load.
        assertThat(tokens).hasSizeGreaterThanOrEqualTo(load.count() + 2);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            int others = http.get(expiring).status() == 200 ? 1 : 0;
            assertThat(http.get("/health").json().path("activeDownloads").intValue())
                    .isEqualTo(tokens.size() + others);
        });
        ObjectNode health = http.get("/health").json();
        assertThat(health.path("storageUsage").longValue()).isBetween(stored, stored + 5_000L * tokens.size());
        Shapes.success(http.execute("print(1)"));
    }

    @Tag("engine")
    @Test
    void programsRunAgainAndNoFolderIsLeft() throws IOException {
        awaitFreeSlot();
        Shapes.success(last.http().execute("print(1)"));
        assertThat(left.folders()).isEqualTo(foldersBefore);
    }

    @Tag("engine")
    @Test
    void filesAreThereAgain() {
        Answer after = last.http().get(hosted);
        assertThat(after.status()).isEqualTo(200);
        assertThat(after.body()).isEqualTo(CONTENT);
        for (String name : List.of("Content-Type", "Content-Disposition", "ETag", "Content-Length")) {
            assertThat(after.required(name)).isEqualTo(downloadBefore.required(name));
        }
        assertThat(last.http().get(generated).text()).isEqualTo("a,b");
    }

    @Tag("engine")
    @Test
    void nothingOfTheHalfFileIsLeft() {
        long known = last.http().get("/health").json().path("storageUsage").longValue();
        await().atMost(Duration.ofSeconds(90)).until(() -> left.bytesHeld() < known + 1_000_000);
    }

    @Tag("engine")
    @Test
    void restartOfTheServerIsTheReasonAfterwards() {
        Http http = last.http();
        Answer answer = http.post(Json.object("code", "x", "session", session));
        assertThat(answer.status()).isEqualTo(410);
        assertThat(answer.json().path("sessionId").textValue()).isEqualTo(session);
        assertThat(answer.json().path("reason").textValue()).contains("server was restarted");
        String forged = session.substring(0, 5) + (session.charAt(5) == 'A' ? 'B' : 'A') + session.substring(6);
        assertThat(http.get("/sessions/" + forged).status()).isEqualTo(404);
    }

    // --- one slot and no queue

    @Test
    void secondRunIsRefusedAndASlotThatIsFreeIsGiven() {
        Http http = last.http();
        awaitFreeSlot(); // the probe that found the server ready may still have it
        try (HeldSlot held = HeldSlot.take(http)) {
            Answer busy = http.execute("print(1)");
            assertThat(Shapes.executeError(busy, 503).path("error").textValue()).isEqualTo("Server is busy");
            assertThat(busy.required("Retry-After")).matches("[1-9]\\d*");
            held.release();
        }
        awaitFreeSlot();
        Shapes.success(http.execute("print(1)"));
    }

    @Test
    void slotsAreGivenBackWhateverHappens() {
        Http http = last.http();
        awaitFreeSlot();
        for (String code : new String[] {"print(1)", "1/0", "import os; os.abort()", "import sys; sys.exit(3)"}) {
            http.execute(code);
            awaitFreeSlot();
        }
        http.post("{}");
        http.post("{");
        Shapes.success(http.execute("print(1)"));
    }

    private void awaitFreeSlot() {
        await().atMost(Duration.ofSeconds(60)).until(() -> running() == 0);
    }

    private int running() {
        return last.http().get("/health").json().at("/executions/running").intValue();
    }
}
