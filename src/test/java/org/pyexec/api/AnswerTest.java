package org.pyexec.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void jsonSaysItsTypeAndLengthAndIsNotKept() {
        Answer answer = Answer.json(201, bytes("{}"));
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.headers())
                .hasToString("{Content-Type=application/json;charset=UTF-8, Content-Length=2, Cache-Control=no-store}");
        assertThat(answer.bytes()).asString().isEqualTo("{}");
    }

    @Test
    void piecesAreWrittenOneAfterAnother() throws Exception {
        Answer answer = Answer.json(200, bytes("{\"a\":"), bytes("1"), bytes("}"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        answer.writeTo(out);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("{\"a\":1}");
        assertThat(answer.length()).isEqualTo(7);
        assertThat(answer.headers()).containsEntry("Content-Length", "7");
        assertThatThrownBy(answer::bytes).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void headerMakesAnotherAnswer() {
        Answer answer = Answer.empty(204);
        assertThat(answer.with("Location", "/a").with("Location", "/b").headers())
                .hasToString("{Location=/b}");
        assertThat(answer.headers()).isEmpty();
    }
}
