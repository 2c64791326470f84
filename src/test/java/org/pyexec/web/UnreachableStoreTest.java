package org.pyexec.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.channels.Channels;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.pyexec.SteppedClock;
import org.pyexec.api.Answers;
import org.pyexec.api.ExecuteRequest;
import org.pyexec.api.HostedContent;
import org.pyexec.api.InternalErrors;
import org.pyexec.api.Json;
import org.pyexec.api.SessionFileResponses;
import org.pyexec.client.ClientLimits;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.BackgroundExecutor;
import org.pyexec.delivery.WriteSlots;
import org.pyexec.files.FileStore;
import org.pyexec.files.HostedFile;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.files.UnreachableFileStore;
import org.pyexec.http.ByteRange;
import org.pyexec.sandbox.InputGoneException;

/** What a client is told while the store of files cannot be reached. */
class UnreachableStoreTest {

    private static final HostedFile FILE = new HostedFile("t", "a.txt", 1, Instant.MAX, "text/plain", "00", "client");

    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor();

    private final FileStore files = new UnreachableFileStore();
    private final ObjectMapper json = Json.mapper(1000);
    private final Answers answers = new Answers(json, new SteppedClock());
    private final Responses responses = new Responses(answers);

    @AfterAll
    static void stop() {
        TIMER.shutdownNow();
    }

    @Test
    void everyRequestThatNeedsItIsAnsweredBy503WithASentenceAndATimeToTryAgain() throws Exception {
        FailureMapper mapper = new FailureMapper(responses, new InternalErrors(false));
        Field request = FailureMapper.class.getDeclaredField("request"); // which Jersey sets
        request.setAccessible(true);
        request.set(mapper, request());

        Response response = mapper.toResponse(new StoreUnreachableException("10.0.0.7 does not answer"));

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeaderString("Retry-After")).isEqualTo("5");
        JsonNode body = json.readTree((byte[]) response.getEntity());
        assertThat(body.path("error").textValue()).isEqualTo("Storage unreachable");
        assertThat(body.path("message").textValue())
                .isEqualTo("The store of files cannot be reached at the moment; try again later.");
    }

    @Test
    void downloadIsNotSaidToBeUnknown() {
        AsyncReplies none = new AsyncReplies(
                new BackgroundExecutor(Runnable::run, TIMER),
                new WriteSlots(new WriteSlots.Bounds(1, 1), ClientLimits::replies));
        DownloadResource download = new DownloadResource(files, responses, new FileResponses(files, responses), none);

        assertThatThrownBy(() -> download.head("t", null, null)).isInstanceOf(StoreUnreachableException.class);
    }

    @Test
    void downloadWhoseStoreIsLostBeforeItBeginsIsNotSaidToBeUnknown() {
        FileContent content = new FileContent(files, FILE, new ByteRange(0, 1));

        assertThatThrownBy(content::open).isInstanceOf(StoreUnreachableException.class);
    }

    @Test
    void tokenOfAnInputIsNotSaidToBeUnknown() {
        byte[] body = "{\"code\": \"1\", \"files\": [{\"filename\": \"a\", \"token\": \"t\"}]}".getBytes(UTF_8);

        assertThatThrownBy(() -> ExecuteRequest.read(json, new ByteArrayInputStream(body), files))
                .isInstanceOf(StoreUnreachableException.class);
    }

    @Test
    void inputThatCannotBeReadIsGoneForItsProgramWithAReason() {
        HostedContent content = new HostedContent(files, FILE);

        assertThatThrownBy(content::check)
                .isInstanceOf(InputGoneException.class)
                .hasCauseInstanceOf(StoreUnreachableException.class)
                .hasMessage("The store of files cannot be reached.");
        assertThatThrownBy(() -> content.writeTo(Channels.newChannel(OutputStream.nullOutputStream())))
                .isInstanceOf(InputGoneException.class)
                .hasCauseInstanceOf(StoreUnreachableException.class);
    }

    @Test
    void fileOfASessionThatCannotPassIsRefusedAndItsSessionGoesOn() throws IOException {
        PassingFile passing = new PassingFile(files, "client");
        passing.file("a.txt", 1, new ByteArrayInputStream(new byte[1]));

        IOException failure = passing.failure().orElseThrow();
        assertThat(new SessionFileResponses(answers, new InternalErrors(false))
                        .of(failure, "id")
                        .status())
                .isEqualTo(503);
    }

    private static HttpServletRequest request() {
        return (HttpServletRequest) Proxy.newProxyInstance(
                UnreachableStoreTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "getAttribute" -> "request-1";
                    case "getHeader" -> null;
                    case "getRequestURI" -> "/download/t";
                    case "getContextPath" -> "";
                    default -> throw new AssertionError(method);
                });
    }
}
