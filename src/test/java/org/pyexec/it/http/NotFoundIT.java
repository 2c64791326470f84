package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Paths that are not there, and methods that a path does not have. */
@NeedsServer
class NotFoundIT {

    private final Http http;

    NotFoundIT(Http http) {
        this.http = http;
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/x",
        "POST,/x",
        "DELETE,/x/y/z",
        "PUT,/nothing",
        "GET,/favicon.nope",
        "GET,/index.jsp",
        "GET,/nope.html",
        "GET,/nope.js",
        "GET,/EXECUTE",
        "GET,/console",
        "GET,/api/x",
        "GET,/health/other"
    })
    void unknownPathIsAJsonErrorThatNamesTheRoute(String method, String path) {
        Answer answer = http.send(method, path, new byte[0]);
        ObjectNode json = Shapes.generalError(answer, 404);
        assertThat(Json.fields(json)).containsExactly("error", "message", "requestId", "timestamp");
        assertThat(json.path("error").textValue()).isEqualTo("Not found");
        assertThat(json.path("message").textValue()).isEqualTo("Route " + method + " " + path + " not found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/WEB-INF/web.xml", "/META-INF/MANIFEST.MF", "/WEB-INF/", "/WEB-INF/classes/", "/web-inf/web.xml"
            })
    void insideOfTheArchiveIsNotFound(String path) {
        Shapes.error(http.get(path), 404);
    }

    @Test
    void unknownPathIsASmallPageForABrowser() {
        assertPage(http.get("/x", "Accept", Shapes.BROWSER), 404);
    }

    @Test
    void wrongMethodIsASmallPageForABrowser() {
        Answer answer = http.get("/execute", "Accept", Shapes.BROWSER);
        assertPage(answer, 405);
        assertThat(answer.list("Allow")).contains("POST");
    }

    @Test
    void pageDoesNotRepeatMarkupOfThePath() throws IOException {
        for (String path : new String[] {"/%3Cscript%3Ealert(1)%3C/script%3E", "/<script>alert(1)</script>"}) {
            Answer answer = RawConnection.get("127.0.0.1", http.base(), path, "Accept", Shapes.BROWSER);
            assertThat(answer.status()).isIn(400, 404);
            assertThat(answer.text()).doesNotContain("<script>alert");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/execute,POST",
        "PUT,/execute,POST",
        "DELETE,/execute,POST",
        "GET,/host,POST",
        "PUT,/host,POST",
        "POST,/health,GET",
        "DELETE,/health,GET",
        "POST,/health/live,GET",
        "POST,/health/ready,GET",
        "POST,/api,GET",
        "POST,/,GET",
        "DELETE,/,GET",
        "POST,/download/abc,GET",
        "PUT,/download/abc,GET",
        "PATCH,/api,GET"
    })
    void wrongMethodIsAJsonErrorThatNamesTheRightOnes(String method, String path, String allowed) {
        Answer answer = http.send(method, path, new byte[0]);
        Shapes.generalError(answer, 405);
        assertThat(answer.list("Allow")).contains(allowed).doesNotContain(method);
    }

    @Test
    void headOfExecuteIsAWrongMethod() {
        Answer answer = http.head("/execute");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.list("Allow")).contains("POST");
    }

    @Test
    void traceDoesNotEchoTheRequest() throws IOException {
        Answer answer = RawConnection.exchange("127.0.0.1", http.base(), "TRACE", "/api", "X-Secret", "s3cret");
        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        assertThat(answer.text()).doesNotContain("s3cret");
    }

    @Test
    void unknownMethodIsRefused() throws IOException {
        Answer answer = RawConnection.exchange("127.0.0.1", http.base(), "BREW", "/api");
        assertThat(answer.status()).isIn(405, 501);
        Shapes.noInside(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/%zz", "/..;/", "/%2e%2e/%2e%2e/etc/passwd", "/a%00b", "/;x=1/api;y", "/%c0%ae%c0%ae/", "//"})
    void oddPathShowsNothingOfTheInside(String path) throws IOException {
        Answer answer = RawConnection.get("127.0.0.1", http.base(), path);
        assertThat(answer.status()).isLessThan(500);
        Shapes.noInside(answer);
    }

    @Test
    void longPathShowsNothingOfTheInside() throws IOException {
        Answer answer = RawConnection.get("127.0.0.1", http.base(), "/" + "x".repeat(7000));
        assertThat(answer.status()).isIn(404, 414);
        Shapes.noInside(answer);
    }

    private static void assertPage(Answer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.required("Content-Type").toLowerCase(Locale.ROOT)).startsWith("text/html");
        assertThat(answer.text()).containsIgnoringCase("<!doctype html>").contains("</html>");
        assertThat(answer.body().length).isLessThan(10_000);
        assertThat(answer.list("Vary"))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .contains("accept");
        Shapes.noInside(answer);
    }
}
