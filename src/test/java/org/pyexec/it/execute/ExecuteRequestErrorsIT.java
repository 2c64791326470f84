package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Malformed requests to {@code POST /execute}: each is answered with a sentence that says what is wrong. */
@NeedsServer
class ExecuteRequestErrorsIT {

    private final Http http;

    ExecuteRequestErrorsIT(Http http) {
        this.http = http;
    }

    @AfterEach
    void serverGoesOn() {
        Shapes.success(http.execute("print(1)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"code\":null}",
                "{\"code\":\"\"}",
                "{\"code\":42}",
                "{\"code\":true}",
                "{\"code\":[\"print(1)\"]}",
                "{\"code\":{\"a\":1}}",
                "{\"timeout\":10}",
                "{\"Code\":\"print(1)\"}"
            })
    void bodyWithoutValidCodeIsRefused(String body) {
        ObjectNode json = Shapes.executeError(http.post(body), 400);
        assertThat(Json.fields(json)).containsExactly("error", "success");
        assertThat(json.path("error").textValue()).isEqualTo("No valid code provided");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.0", "-1", "-0.5", "-1e9", "\"10\"", "\"\"", "true", "false", "[]", "[10]", "{}"})
    void timeoutThatIsNoPositiveNumberIsRefused(String timeout) {
        ObjectNode json = Shapes.executeError(http.post("{\"code\":\"print(1)\",\"timeout\":" + timeout + "}"), 400);
        assertThat(Shapes.sentence(json)).containsIgnoringCase("timeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "+1", "0x10", ".5", "1."})
    void timeoutThatIsNoJsonNumberIsRefused(String timeout) {
        Shapes.executeError(http.post("{\"code\":\"print(1)\",\"timeout\":" + timeout + "}"), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"true\"", "\"false\"", "1", "0", "[]", "{}"})
    void networkThatIsNoBooleanIsRefused(String network) {
        ObjectNode json =
                Shapes.executeError(http.post("{\"code\":\"print(1)\",\"allow_network\":" + network + "}"), 400);
        assertThat(Shapes.sentence(json)).containsIgnoringCase("allow_network");
    }

    @Test
    void networkIsGivenOrRefusedAsHealthSaysBeforehand() {
        boolean available =
                http.get("/health").json().path("sandbox").path("network").booleanValue();
        Answer answer = http.post("{\"code\":\"print(1)\",\"allow_network\":true}");
        if (available) {
            Shapes.success(answer);
        } else {
            ObjectNode json = Shapes.executeError(answer, 403);
            assertThat(json.path("error").textValue()).isEqualTo("Network access is not available");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{\"code\":",
                "{\"code\":\"print(1)\"",
                "{\"code\":\"print(1)\",}",
                "{'code':'print(1)'}",
                "{code:\"print(1)\"}",
                "{\"code\":\"print(1)\"} x",
                "{\"code\":\"print(1)\"}{}",
                "{\"code\":\"a\nb\"}",
                "code=print(1)",
                "\0",
                "<xml/>"
            })
    void malformedJsonIsRefused(String body) {
        ObjectNode json = Shapes.executeError(http.post(body), 400);
        assertThat(json.path("error").textValue()).isNotEqualTo("Error executing Python code");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "[{\"code\":\"print(1)\"}]", "\"print(1)\"", "42", "true"})
    void jsonThatIsNoObjectIsRefused(String body) {
        Shapes.executeError(http.post(body), 400);
    }

    /** Else a client could send little, be answered with megabytes, and occupy a thread by reading them slowly. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"filename\":\"%s\"}",
                "{\"filename\":\"%s\",\"content\":\"\"}",
                "{\"filename\":\"a/%s\",\"base64\":\"?\"}",
                "{\"filename\":\"/%s\",\"content\":\"\"}",
                "{\"filename\":\"a\",\"token\":\"%s\"}"
            })
    void whatAnErrorRepeatsOfARequestIsShort(String file) {
        String body = "{\"code\":\"1\",\"files\":[%s]}".formatted(file.formatted("A".repeat(4_000_000)));
        Answer answer = http.post(body);
        Shapes.executeError(answer, 400);
        assertThat(answer.body()).hasSizeLessThan(2_000);
    }

    @Test
    void bodyThatIsNotUtf8IsRefused() {
        byte[] body = "{\"code\":\"print('?')\"}".getBytes(StandardCharsets.US_ASCII);
        body[new String(body, StandardCharsets.US_ASCII).indexOf('?')] = (byte) 0xff;
        Shapes.executeError(http.post(body), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\udc00", "\\ud800x", "\\udc00\\ud800", "\\ud83d\\ud83d\\ude00"})
    void loneSurrogateInCodeIsRefused(String escape) {
        Shapes.executeError(http.post("{\"code\":\"print('" + escape + "')\"}"), 400);
    }

    @Test
    void surrogatePairInCodeIsACharacter() {
        ObjectNode json = Shapes.success(http.post("{\"code\":\"print('\\ud83d\\ude00')\"}"));
        assertThat(json.path("output").textValue()).isEqualTo("😀\n");
    }

    @Test
    void zeroByteInCodeIsPythonsOwnError() {
        ObjectNode json = Shapes.failure(http.post("{\"code\":\"print(1)\\u0000\"}"), "error");
        assertThat(json.path("details").textValue()).contains("null byte");
    }

    @Test
    void deepNestingBreaksNothing() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        Answer answer = http.post("{\"code\":\"print(1)\",\"other\":" + deep + "}");
        assertThat(answer.status()).isIn(200, 400);
        answer.json();
        Shapes.noInside(answer);
    }

    @Test
    void hugeNumberBreaksNothing() {
        Answer answer = http.post("{\"code\":\"print(1)\",\"timeout\":1" + "0".repeat(100_000) + "}");
        assertThat(answer.status()).isIn(200, 400);
        answer.json();
        Shapes.noInside(answer);
    }

    @Test
    void numberWithHugeExponentBreaksNothing() {
        Answer answer = http.post("{\"code\":\"print(1)\",\"timeout\":1e999999999}");
        assertThat(answer.status()).isIn(200, 400);
        answer.json();
        Shapes.noInside(answer);
    }
}
