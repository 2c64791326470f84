package org.pyexec.body;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.api.Refusals;
import org.pyexec.client.Client;
import org.pyexec.delivery.BackgroundExecutor;
import org.pyexec.memory.Memory;

/** A server that does not tell that there is more of a body, as Grizzly does not in a race that tests cannot bring about. */
class BodyReaderTest {

    private static final String TEXT = "{\"code\":\"print(1)\"}";

    @TempDir
    Path folder;

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final BackgroundExecutor background = new BackgroundExecutor(timer, timer);
    private final StallWatch watch = new StallWatch(background);
    private final CountDownLatch dispatched = new CountDownLatch(1);
    private final SilentInput input = new SilentInput();
    private SpooledBody body;

    @BeforeEach
    void makeBody() {
        body = newBody();
    }

    private SpooledBody newBody() {
        return new SpooledBody(
                folder,
                new Memory(1 << 20).share(Client.local("client")),
                new Memory(1 << 20).share(Client.local("client")));
    }

    @AfterEach
    void end() throws IOException {
        body.close();
        timer.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Payara Micro #badassfish", "Eclipse GlassFish  7.0.21"})
    void bodyOfWhichTheServerDoesNotTellIsReadAllTheSame(String server) throws Exception {
        BodyReader reader = receive(server);
        input.come(TEXT);

        reader.checkProgress(System.nanoTime());
        assertThat(input.available()).as("at one look it may be just coming").isPositive();
        reader.checkProgress(System.nanoTime());

        assertThat(dispatched.await(1, TimeUnit.MINUTES)).isTrue();
        try (var received = body.open()) {
            assertThat(new String(received.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(TEXT);
        }
    }

    @Test
    void endOfWhichTheServerDoesNotTellIsNoticed() throws Exception {
        BodyReader reader = receive("Payara Micro");
        input.come(TEXT);
        input.ready = true;
        reader.onDataAvailable();
        input.ready = false;

        reader.checkProgress(System.nanoTime());
        reader.checkProgress(System.nanoTime());

        assertThat(dispatched.await(1, TimeUnit.MINUTES)).isTrue();
    }

    /** Where a server may not be asked on another thread. */
    @Test
    void otherServersAreTrustedToTell() throws Exception {
        BodyReader reader = receive("Apache Tomcat (TomEE)/10.1");
        input.come(TEXT);

        for (int i = 0; i < 5; i++) {
            reader.checkProgress(System.nanoTime());
        }

        assertThat(input.available()).isEqualTo(TEXT.length());
    }

    /** The request may have become another one meanwhile. */
    @Test
    void readerThatFailsIsGivenUpAndTheOthersAreLookedAt() throws Exception {
        SilentInput recycled = new SilentInput();
        recycled.failure = new IllegalStateException("recycled");
        receive("Payara Micro", recycled, newBody());
        receive("Payara Micro");
        input.come(TEXT);

        assertThat(dispatched.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(recycled.asked).hasValue(1);
    }

    private BodyReader receive(String server) throws IOException {
        return receive(server, input, body);
    }

    private BodyReader receive(String server, SilentInput input, SpooledBody body) throws IOException {
        AsyncContext context = fake(AsyncContext.class, Map.of("dispatch", () -> {
            dispatched.countDown();
            return null;
        }));
        ServletContext application = fake(ServletContext.class, Map.of("getServerInfo", () -> server));
        HttpServletRequest request = fake(
                HttpServletRequest.class,
                Map.of(
                        "getInputStream", () -> input,
                        "startAsync", () -> context,
                        "getServletContext", () -> application,
                        "getContentLengthLong", () -> -1L));
        HttpServletResponse response = fake(HttpServletResponse.class, Map.of());
        BodyLimits limits = BodyLimits.of(1000, 1000);
        Reception reception = new Reception(limits, 1000, Refusals.BODY_TOO_LARGE.with(1000), -1, System.nanoTime());
        BodyReader reader = new BodyReader(request, response, body, reception, watch, background);
        reader.begin();
        return reader;
    }

    /** Its other methods do nothing and return null. */
    private static <T> T fake(Class<T> type, Map<String, Supplier<?>> methods) {
        Object made = Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) ->
                        methods.getOrDefault(method.getName(), () -> null).get());
        return type.cast(made);
    }

    /** Has what has come, and says nothing. */
    private static final class SilentInput extends ServletInputStream {

        private ByteArrayInputStream content = new ByteArrayInputStream(new byte[0]);
        private boolean come;
        private boolean ready;
        private @Nullable RuntimeException failure;
        private final AtomicInteger asked = new AtomicInteger();

        void come(String text) {
            content = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
            come = true;
        }

        @Override
        public int available() {
            asked.incrementAndGet();
            if (failure != null) {
                throw failure;
            }
            return content.available();
        }

        @Override
        public boolean isFinished() {
            return come && content.available() == 0;
        }

        @Override
        public boolean isReady() {
            return ready && content.available() > 0;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            // It never tells.
        }

        @Override
        public int read() {
            return content.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return content.read(bytes, offset, length);
        }
    }
}
