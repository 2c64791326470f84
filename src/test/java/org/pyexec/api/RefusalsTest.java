package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalsTest {

    private final Answers answers = new Answers(Json.mapper(1000), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));

    private static String json(Answer answer) {
        return new String(answer.bytes(), java.nio.charset.StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource
    void everyRowIsAnErrorAndASentenceOrNone(Refusals row) {
        Refused refused = row.with(1, 2);
        assertThat(refused.status()).isBetween(400, 599);
        assertThat(refused.error()).isNotEmpty().doesNotEndWith(".");
        if (refused.message() != null) {
            assertThat(refused.message()).doesNotContain("%");
        }
    }

    /** With %d there has to be a number, and with %s there can be one. */
    @Test
    void sentenceHasItsValues() {
        assertThat(Refusals.FILE_TOO_LARGE.with(7L).message()).isEqualTo("A file may have at most 7 bytes.");
        assertThat(Refusals.ROUTE_NOT_FOUND.with("GET /100%").message()).isEqualTo("Route GET /100% not found");
    }

    @Test
    void refusalHasItsSentenceAndTheRequest() {
        Answer answer = answers.refusal(Refusals.SERVER_BUSY.with("Wait."), "id");
        assertThat(json(answer))
                .isEqualTo("{\"error\":\"Server is busy\",\"message\":\"Wait.\",\"requestId\":\"id\","
                        + "\"timestamp\":\"1970-01-01T00:00:00.000Z\"}");
        assertThat(answer.headers()).containsEntry("Retry-After", "5");
    }

    @Test
    void refusalOfAnExecutionSaysThatItFailed() {
        assertThat(json(answers.failure(Refusals.NO_CODE.with(), "id")))
                .isEqualTo("{\"error\":\"No valid code provided\",\"success\":false}");
    }

    @Test
    void refusalWithoutASentenceIsItsFewWords() {
        Answer answer = answers.refusal(Refusals.EXPIRED_DOWNLOAD.with(), "id");
        assertThat(json(answer)).isEqualTo("{\"error\":\"Download link has expired\"}");
        assertThat(answer.headers()).doesNotContainKey("Retry-After");
    }

    @Test
    void malformedRequestIsRefusedInItsOwnWords() {
        Refused refused = Refused.of(new BadRequest("Invalid args", "The field 'args' is 100% wrong."));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.message()).isEqualTo("The field 'args' is 100% wrong.");
    }
}
