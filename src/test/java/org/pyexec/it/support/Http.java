package org.pyexec.it.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** An ordinary HTTP/1.1 client of one server. Header arguments are alternating names and values. */
public final class Http {

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(60))
            .build();
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private final URI base;
    private final boolean behindProxy;

    public Http(URI base) {
        this(base, false);
    }

    private Http(URI base, boolean behindProxy) {
        this.base = URI.create(base.toString().replaceAll("/+$", ""));
        this.behindProxy = behindProxy;
    }

    /**
     * The same server behind a proxy that it trusts. The proxy names a new client address in each request, so each has a rate
     * limit of its own.
     */
    public Http asManyClients() {
        return new Http(base, true);
    }

    /** The address of the server, without a slash at its end. */
    public URI base() {
        return base;
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, new byte[0], headers);
    }

    public Answer head(String path, String... headers) {
        return send("HEAD", path, new byte[0], headers);
    }

    public Answer send(String method, String path, byte[] body, String... headers) {
        try {
            return answer(CLIENT.send(request(method, path, body, headers), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Runs a program with the defaults of the server. */
    public Answer execute(String code) {
        return post(Json.object("code", code));
    }

    public Answer execute(String code, double timeoutSeconds) {
        return post(Json.object("code", code, "timeout", timeoutSeconds));
    }

    /** Sends a body to {@code POST /execute} as it is. */
    public Answer post(String json) {
        return post(json.getBytes(StandardCharsets.UTF_8));
    }

    public Answer post(byte[] json) {
        return send("POST", "/execute", json, "Content-Type", "application/json");
    }

    /** Asks for an asynchronous execution, for a client behind a proxy that the server trusts. */
    public Answer submit(String client, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        String[] headers = {"Content-Type", "application/json", "Prefer", "respond-async", "X-Forwarded-For", client};
        return send("POST", "/execute", body, headers);
    }

    public CompletableFuture<Answer> executeLater(String code, double timeoutSeconds) {
        return postLater(Json.object("code", code, "timeout", timeoutSeconds));
    }

    public CompletableFuture<Answer> postLater(String json, String... headers) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
        all.addAll(List.of(headers));
        HttpRequest request = request("POST", "/execute", body, all.toArray(String[]::new));
        return CLIENT.sendAsync(request, BodyHandlers.ofByteArray()).thenApply(Http::answer);
    }

    /** Sends a body to {@code POST /execute}; returns when the head of the answer is there. */
    public HttpResponse<InputStream> stream(String json, String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
        all.addAll(List.of(headers));
        return open(request("POST", "/execute", json.getBytes(StandardCharsets.UTF_8), all.toArray(String[]::new)));
    }

    /** Requests an answer that is streamed; returns when its head is there. */
    public HttpResponse<InputStream> open(String path, String... headers) {
        return open(request("GET", path, new byte[0], headers));
    }

    private static HttpResponse<InputStream> open(HttpRequest request) {
        try {
            return CLIENT.send(request, BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Uploads one file as curl does. */
    public Answer host(String filename, byte[] content) {
        return host(Multipart.of(Multipart.file(filename, content)));
    }

    public Answer host(Multipart form) {
        return send("POST", "/host", form.body(), "Content-Type", form.contentType());
    }

    /** Uploads a file that has to be accepted, and returns the path of its download. */
    public String hosted(String filename, byte[] content) {
        Answer answer = host(filename, content);
        if (answer.status() != 200) {
            throw new AssertionError(answer);
        }
        return answer.json().path("downloadUrl").asText();
    }

    private HttpRequest request(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(PATIENCE)
                .method(method, body.length == 0 && !method.equals("POST") ? BodyPublishers.noBody() : publish(body));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        if (behindProxy) {
            int number = ADDRESSES.incrementAndGet();
            builder.header("X-Forwarded-For", "198.18.%d.%d".formatted(number / 250 % 250, 1 + number % 250));
        }
        return builder.build();
    }

    private static HttpRequest.BodyPublisher publish(byte[] body) {
        return BodyPublishers.ofByteArray(body);
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        return new Answer(response.statusCode(), response.headers().map(), response.body());
    }
}
