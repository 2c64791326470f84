package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.RawConnection;
import org.pyexec.it.support.Shapes;

/** Downloads by {@code GET|HEAD /download/{token}}. */
@NeedsServer
class DownloadIT {

    private static final Pattern EXTENDED_NAME =
            Pattern.compile("filename\\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]*)", Pattern.CASE_INSENSITIVE);

    private static final byte[] PNG = {
        (byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'
    };

    private final Http http;
    private final byte[] content = content();

    DownloadIT(Http http) {
        this.http = http;
    }

    /** The name that a client reads out of {@code Content-Disposition}: see RFC 6266 and RFC 5987. */
    static String filename(Answer download) {
        String disposition = download.required("Content-Disposition");
        assertThat(disposition).startsWith("attachment;").matches("\\p{ASCII}*");
        assertThat(disposition).containsPattern("[; ]filename=\"?[ -~]+");
        Matcher name = EXTENDED_NAME.matcher(disposition);
        assertThat(name.find()).as("filename* in %s", disposition).isTrue();
        return URLDecoder.decode(name.group(1).replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Test
    void downloadHasEveryHeaderOfTheContract() {
        Answer download = http.get(http.hosted("file.txt", content));
        assertThat(download.status()).isEqualTo(200);
        assertThat(download.body()).isEqualTo(content);
        assertThat(download.required("Content-Type")).startsWith("text/plain");
        assertThat(download.required("Content-Length")).isEqualTo("1024");
        assertThat(download.required("Content-Disposition"))
                .startsWith("attachment;")
                .contains("filename=\"file.txt\"");
        assertThat(filename(download)).isEqualTo("file.txt");
        assertThat(download.required("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(download.required("Content-Security-Policy")).isEqualTo("sandbox; default-src 'none'");
        assertThat(download.required("Cache-Control")).isEqualTo("private, no-store");
        assertThat(download.required("ETag")).isEqualTo("\"" + GeneratedFilesIT.sha256(content) + "\"");
        assertThat(download.required("Accept-Ranges")).isEqualTo("bytes");
    }

    @ParameterizedTest
    @CsvSource({"a.txt,text/plain", "a.csv,text/csv", "a.json,application/json", "a.html,text/html", "a.TXT,text/plain"
    })
    void contentTypeOfTextComesFromTheName(String name, String type) {
        assertThat(http.get(http.hosted(name, content)).required("Content-Type"))
                .startsWith(type);
    }

    @ParameterizedTest
    @CsvSource({"a.png,image/png", "a.PNG,image/png"})
    void contentTypeOfAPictureIsTheOneOfNameAndContent(String name, String type) {
        assertThat(http.get(http.hosted(name, PNG)).required("Content-Type")).isEqualTo(type);
    }

    @Test
    void contentTypeOfANamelessKindComesFromTheContent() {
        assertThat(http.get(http.hosted("picture", PNG)).required("Content-Type"))
                .isEqualTo("image/png");
    }

    @Test
    void nameThatIsNotAsciiHasAnAsciiStandIn() {
        Answer download = http.get(http.hosted("grüße 漢字.txt", content));
        assertThat(filename(download)).isEqualTo("grüße 漢字.txt");
        assertThat(download.required("Content-Disposition")).containsPattern("filename=\"[ -~]+\\.txt\"");
    }

    @Test
    void fileCanBeDownloadedAgainAndAgain() {
        String url = http.hosted("file.txt", content);
        for (int i = 0; i < 5; i++) {
            assertThat(http.get(url).body()).isEqualTo(content);
        }
    }

    @Test
    void headHasTheHeadersOfGetAndNoBody() throws IOException {
        String url = http.hosted("file.txt", content);
        try (RawConnection connection = RawConnection.to(http.base())) {
            connection.send(RawConnection.head("HEAD", url));
            Answer head = connection.answer("HEAD");
            assertThat(connection.rest()).isEmpty();
            Answer get = http.get(url);
            assertThat(head.status()).isEqualTo(200);
            for (String name : new String[] {
                "Content-Type",
                "Content-Length",
                "Content-Disposition",
                "X-Content-Type-Options",
                "Content-Security-Policy",
                "Cache-Control",
                "ETag",
                "Accept-Ranges"
            }) {
                assertThat(head.required(name)).isEqualTo(get.required(name));
            }
        }
    }

    @Test
    void headOfAnUnknownTokenIs404() {
        Answer head = http.head("/download/00000000-0000-4000-8000-000000000000");
        assertThat(head.status()).isEqualTo(404);
        assertThat(head.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc123-def456-ghi789",
                "00000000-0000-4000-8000-000000000000",
                "x",
                "token%20with%20spaces",
                "%E6%BC%A2",
                "*"
            })
    void unknownTokenIs404(String token) throws IOException {
        Answer answer = RawConnection.get("127.0.0.1", http.base(), "/download/" + token);
        Shapes.onlyError(answer, 404, "Invalid or expired download token");
    }

    @Test
    void tokenIsLookedUpByExactMatch() {
        String url = http.hosted("file.txt", content);
        String token = url.substring("/download/".length());
        for (String other :
                new String[] {token.toUpperCase(Locale.ROOT), token.substring(1), token + "%20", token.replace("-", "")
                }) {
            Shapes.onlyError(http.get("/download/" + other), 404, "Invalid or expired download token");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/download/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                "/download/..%2f..%2fetc%2fpasswd",
                "/download/../../../../etc/passwd",
                "/download/....//....//etc/passwd",
                "/download/%2Fetc%2Fpasswd",
                "/download/..%5c..%5cetc%5cpasswd",
                "/download//etc/passwd",
                "/download/%00",
                "/download/..."
            })
    void pathInPlaceOfATokenReachesNoFile(String path) throws IOException {
        Answer answer = RawConnection.get("127.0.0.1", http.base(), path);
        assertThat(answer.status()).isIn(400, 404);
        assertThat(answer.text()).doesNotContain("root:");
        Shapes.noInside(answer);
    }

    @Test
    void downloadWithoutATokenIsNotFound() {
        Shapes.error(http.get("/download"), 404);
        Shapes.error(http.get("/download/"), 404);
    }

    private static byte[] content() {
        byte[] bytes = new byte[1024];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ('a' + i % 26);
        }
        return bytes;
    }
}
