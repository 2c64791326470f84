package org.pyexec.it.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

/**
 * A slot of the server that a waiting program occupies until it is released, so that a test of a busy server does not depend on
 * the machine's speed. Not thread-safe.
 */
public final class HeldSlot implements AutoCloseable {

    private static final String WAITING =
            Json.object("code", "import threading; threading.Event().wait()", "timeout", 120);

    private final Http http;
    private final String path;
    private boolean released;

    private HeldSlot(Http http, String path) {
        this.http = http;
        this.path = path;
    }

    /** Returns when the program runs. */
    public static HeldSlot take(Http http) {
        return take(http, "203.0.113.9");
    }

    /** For a client behind a proxy that the server trusts. */
    public static HeldSlot take(Http http, String client) {
        Answer accepted = http.submit(client, WAITING);
        assertThat(accepted.status()).as(accepted.toString()).isEqualTo(202);
        HeldSlot slot = new HeldSlot(http, accepted.required("Location"));
        await().atMost(Duration.ofSeconds(60)).until(slot::runs);
        return slot;
    }

    public boolean runs() {
        return "running".equals(http.get(path).json().path("status").textValue());
    }

    /** Ends the program, which must not have ended by itself. */
    public void release() {
        released = true;
        Answer answer = http.send("DELETE", path, new byte[0]);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.json().at("/answer/run/reason").textValue())
                .as(answer.toString())
                .isEqualTo("cancelled");
    }

    /** Releases the slot if that has not happened, as in a test that failed. */
    @Override
    public void close() {
        if (!released) {
            http.send("DELETE", path, new byte[0]);
        }
    }
}
