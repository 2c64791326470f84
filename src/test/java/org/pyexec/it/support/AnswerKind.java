package org.pyexec.it.support;

import java.nio.charset.StandardCharsets;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every kind of answer that the server gives, with a request for it: for tests of what all answers have in common. */
// A lambda without captured state is as immutable as the constant itself.
@SuppressWarnings("ImmutableEnumChecker")
public enum AnswerKind {
    ROOT(200, (http, headers) -> http.get("/", headers)),
    PAGE(200, (http, headers) -> http.get("/", with(headers, "Accept", Shapes.BROWSER))),
    ASSET(200, (http, headers) -> http.get(asset(http), headers)),
    API(200, (http, headers) -> http.get("/api", headers)),
    HEALTH(200, (http, headers) -> http.get("/health", headers)),
    LIVE(200, (http, headers) -> http.get("/health/live", headers)),
    READY(200, (http, headers) -> http.get("/health/ready", headers)),
    EXECUTED(200, (http, headers) -> execute(http, "{\"code\":\"print(1)\"}", headers)),
    PROGRAM_FAILED(500, (http, headers) -> execute(http, "{\"code\":\"1/0\"}", headers)),
    NO_CODE(400, (http, headers) -> execute(http, "{}", headers)),
    BAD_JSON(400, (http, headers) -> execute(http, "{", headers)),
    WRONG_TYPE(415, (http, headers) -> http.send("POST", "/execute", bytes("x"), with(headers, "Content-Type", "a/b"))),
    TOO_LARGE(413, (http, headers) -> execute(http, "x".repeat(5 * 1024 * 1024 + 1), headers)),
    NO_FILE(400, (http, headers) -> host(http, Multipart.of(), headers)),
    HOSTED(200, (http, headers) -> host(http, Multipart.of(Multipart.file("a.txt", new byte[3])), headers)),
    DOWNLOAD(200, (http, headers) -> http.get(http.hosted("a.txt", new byte[30]), headers)),
    PART(206, (http, headers) -> http.get(http.hosted("a.txt", new byte[30]), with(headers, "Range", "bytes=0-9"))),
    UNKNOWN_TOKEN(404, (http, headers) -> http.get("/download/nothing", headers)),
    NOT_FOUND(404, (http, headers) -> http.get("/x", headers)),
    NOT_FOUND_PAGE(404, (http, headers) -> http.get("/x", with(headers, "Accept", Shapes.BROWSER))),
    WRONG_METHOD(405, (http, headers) -> http.get("/execute", headers)),
    HEAD(200, (http, headers) -> http.head("/api", headers)),
    PREFLIGHT(
            204,
            (http, headers) -> http.send(
                    "OPTIONS",
                    "/execute",
                    new byte[0],
                    with(with(headers, "Origin", "https://app.example"), "Access-Control-Request-Method", "POST")));

    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"#?:]+\\.(?:js|css))\"");

    private final int status;
    private final BiFunction<Http, String[], Answer> request;

    AnswerKind(int status, BiFunction<Http, String[], Answer> request) {
        this.status = status;
        this.request = request;
    }

    /** Sends the request for this answer, with additional headers. */
    public Answer from(Http http, String... headers) {
        Answer answer = request.apply(http, headers);
        if (answer.status() != status) {
            throw new AssertionError("expected " + status + ": " + answer);
        }
        return answer;
    }

    /** The path of a static file that the page loads. */
    public static String asset(Http http) {
        Matcher link = LINK.matcher(http.get("/", "Accept", Shapes.BROWSER).text());
        if (!link.find()) {
            throw new AssertionError("the page loads nothing");
        }
        return link.group(1).startsWith("/") ? link.group(1) : "/" + link.group(1);
    }

    private static Answer execute(Http http, String body, String[] headers) {
        return http.send("POST", "/execute", bytes(body), with(headers, "Content-Type", "application/json"));
    }

    private static Answer host(Http http, Multipart form, String[] headers) {
        return http.send("POST", "/host", form.body(), with(headers, "Content-Type", form.contentType()));
    }

    private static String[] with(String[] headers, String name, String value) {
        for (int i = 0; i < headers.length; i += 2) {
            if (headers[i].equals(name)) {
                return headers;
            }
        }
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = name;
        all[headers.length + 1] = value;
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
