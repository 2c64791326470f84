package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Downloads of a part of a file, or only of one that has changed: RFC 9110, sections 13 and 14. */
@NeedsServer
class DownloadRangesIT {

    private final Http http;
    private final byte[] content = content();

    DownloadRangesIT(Http http) {
        this.http = http;
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-9,0,9",
        "bytes=0-0,0,0",
        "bytes=100-199,100,199",
        "bytes=1000-,1000,1023",
        "bytes=-10,1014,1023",
        "bytes=1000-5000,1000,1023",
        "bytes=-5000,0,1023",
        "bytes=0-,0,1023"
    })
    void singleRangeGivesItsPart(String range, int first, int last) {
        Answer part = http.get(http.hosted("file.txt", content), "Range", range);
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.required("Content-Range")).isEqualTo("bytes %d-%d/1024".formatted(first, last));
        assertThat(part.required("Content-Length")).isEqualTo(Integer.toString(last - first + 1));
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, first, last + 1));
        assertThat(part.required("ETag")).isEqualTo("\"" + GeneratedFilesIT.sha256(content) + "\"");
        assertThat(part.required("Content-Security-Policy")).isEqualTo("sandbox; default-src 'none'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=1024-", "bytes=5000-6000", "bytes=-0"})
    void rangeBeyondTheEndCannotBeSatisfied(String range) {
        Answer answer = http.get(http.hosted("file.txt", content), "Range", range);
        assertThat(answer.status()).isEqualTo(416);
        assertThat(answer.required("Content-Range")).isEqualTo("bytes */1024");
        Shapes.error(answer, 416);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bytes=9-5", "bytes=a-b", "bytes=", "lines=0-5", "bytes=0-5,10-15", "nonsense", "bytes=--5"})
    void rangeThatIsNotUnderstoodIsIgnored(String range) {
        Answer answer = http.get(http.hosted("file.txt", content), "Range", range);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(content);
    }

    @Test
    void rangeOfHugeNumbersBreaksNothing() {
        Answer answer = http.get(http.hosted("file.txt", content), "Range", "bytes=0-99999999999999999999999999999999");
        assertThat(answer.status()).isIn(200, 206);
        assertThat(answer.body()).isEqualTo(content);
    }

    @Test
    void ifRangeWithTheSameTagGivesThePart() {
        String url = http.hosted("file.txt", content);
        String tag = "\"" + GeneratedFilesIT.sha256(content) + "\"";
        assertThat(http.get(url, "Range", "bytes=0-9", "If-Range", tag).status())
                .isEqualTo(206);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"other\"", "W/\"other\"", "Wed, 21 Oct 2015 07:28:00 GMT", "nonsense"})
    void ifRangeWithAnotherTagGivesTheWhole(String tag) {
        Answer answer = http.get(http.hosted("file.txt", content), "Range", "bytes=0-9", "If-Range", tag);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "W/%s", "*", "\"other\", %s", "\"a\",W/%s , \"b\""})
    void ifNoneMatchWithTheSameTagIs304(String pattern) {
        String tag = "\"" + GeneratedFilesIT.sha256(content) + "\"";
        Answer answer = http.get(http.hosted("file.txt", content), "If-None-Match", pattern.replace("%s", tag));
        assertThat(answer.status()).isEqualTo(304);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.required("ETag")).isEqualTo(tag);
    }

    @Test
    void ifNoneMatchWithAnotherTagGivesTheWhole() {
        Answer answer = http.get(http.hosted("file.txt", content), "If-None-Match", "\"other\"");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(content);
    }

    private static byte[] content() {
        byte[] bytes = new byte[1024];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ('a' + i % 26);
        }
        return bytes;
    }
}
