package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.EventReader;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;

/** {@code Prefer: status=…}: the status that a client wants for a program that failed. */
@NeedsServer
class PreferStatusIT {

    private final Http http;

    PreferStatusIT(Http http) {
        this.http = http;
    }

    private Answer preferring(String preference, String code) {
        byte[] body = Json.object("code", code).getBytes(StandardCharsets.UTF_8);
        return http.send("POST", "/execute", body, "Content-Type", "application/json", "Prefer", preference);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "status=200|200",
                "status=400|400",
                "status=422|422",
                "status=500|500",
                "Status = \"200\" ; x=1|200",
                "wait=5, status=422, status=200|422"
            })
    void failedProgramIsAnsweredAsTheClientPrefers(String preference, int status) {
        Answer answer = preferring(preference, "1 / 0");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.required("Preference-Applied")).isEqualTo("status=" + status);
        assertThat(answer.json().path("success").booleanValue()).isFalse();
        assertThat(answer.json().at("/run/reason").textValue()).isEqualTo("error");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=201",
                "status=404",
                "status=",
                "status",
                "status=200x",
                "stat=200",
                "",
                "status=999, status=200"
            })
    void otherPreferencesAreIgnored(String preference) {
        Answer answer = preferring(preference, "1 / 0");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.header("Preference-Applied")).isEmpty();
    }

    @Test
    void refusalsAndSuccessKeepTheirStatus() {
        assertThat(preferring("status=422", "print(1)").status()).isEqualTo(200);
        assertThat(preferring("status=200", "").status()).isEqualTo(400);
    }

    /** A request for its state is answered with 200: the state of a failed program is no failure. */
    @Test
    void asynchronousExecutionDoesNotSayThatItHasHeededAStatus() throws Exception {
        Answer accepted = preferring("respond-async, status=422", "1 / 0");
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.list("Preference-Applied")).containsExactly("respond-async");
        String path = accepted.required("Location");
        HttpResponse<InputStream> stream = http.open(path, "Accept", "text/event-stream");
        assertThat(stream.statusCode()).isEqualTo(200);
        JsonNode told = done(stream);
        Answer state = http.get(path);
        assertThat(state.status()).isEqualTo(200);
        assertThat(state.json().path("status").textValue()).isEqualTo("finished");
        assertThat(state.json().path("answer")).isEqualTo(told);
    }

    @Test
    void streamHasTheSameStatusAndAnswerWhateverIsPreferred() throws Exception {
        HttpResponse<InputStream> stream =
                http.stream(Json.object("code", "1 / 0"), "Accept", "text/event-stream", "Prefer", "status=422");
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.headers().firstValue("Preference-Applied")).isEmpty();
        done(stream);
    }

    /** The answer at the end of the event stream of a program that failed. */
    private static JsonNode done(HttpResponse<InputStream> stream) throws IOException {
        try (EventReader events = new EventReader(stream.body())) {
            List<EventReader.Event> all = events.rest();
            EventReader.Event last = all.get(all.size() - 1);
            assertThat(last.name()).isEqualTo("done");
            assertThat(last.json().path("success").booleanValue()).isFalse();
            assertThat(last.json().at("/run/reason").textValue()).isEqualTo("error");
            assertThat(last.json().at("/run/exception/type").textValue()).isEqualTo("ZeroDivisionError");
            return last.json();
        }
    }
}
