package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of the lines that a program has written. */
class ResultsReadTest {

    private static final String FIRST = "[\"display\",{\"text/plain\":\"first\"}]\n";
    private static final String LAST = "[\"result\",{\"text/plain\":\"last\"}]\n";

    private static String numbers(int count) {
        return "[\"display\",{\"application/json\":[%s1]}]\n".formatted("1,".repeat(count));
    }

    @Test
    void manyValuesAreKept() {
        Results results = Results.read(FIRST + numbers(100_000) + LAST);
        assertThat(results.displays()).hasSize(2);
        assertThat(results.result()).isPresent();
    }

    /** A table of them would keep hundreds of megabytes of names for all who come later. */
    @Test
    void namesAreNotKeptForOthers() throws IOException {
        assertThat(nameIn("{\"name\":1}")).isNotSameAs(nameIn("{\"name\":1}"));
    }

    private static String nameIn(String json) throws IOException {
        try (JsonParser parser = Results.JSON.createParser(json)) {
            parser.nextToken();
            return parser.nextFieldName();
        }
    }

    @Test
    void moreValuesThanMemoryShouldHoldAreNot() {
        Results results = Results.read(FIRST + numbers(3_000_000) + LAST);
        assertThat(results.displays()).hasSize(1);
        assertThat(results.result()).isEmpty();
    }

    @Test
    void manyLinesCountTogether() {
        Results results = Results.read(numbers(40_000).repeat(50));
        assertThat(results.displays()).hasSizeBetween(5, 15);
    }

    /** Each line is a whole in an event of a stream, whose lines end with either. */
    @Test
    void bundleIsOneLine() {
        Results results = Results.read("[\"display\",\r{\r\"text/plain\"\r:\r\"a\"\r}\r]\r\n" + LAST);
        assertThat(results.displays()).containsExactly("{ \"text/plain\" : \"a\" }");
        assertThat(results.result()).contains("{\"text/plain\":\"last\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"display\",{\"text/plain\":\"a\rb\"}]",
                "[\"display\",{\"text/plain\":\"\\x\"}]",
                "[\"display\",{\"text/plain\":\"a\"}",
                "[\"display\",{\"text/plain\":\"a\"}]]",
                "[\"display\",{\"text/plain\":\"a\"},]",
                "[\"display\",{\"a/json\":[1,[2}]}]",
                "[\"display\",{\"a/json\":01}]",
                "[\"display\",{\"a/json\":nul}]",
                "[\"display\",{\"a/json\":1}},{\"x\":1}]",
                "[\"display\",null]",
                "[[\"display\"],{}]",
                "[\"display\",{\"text/plain\":[\"a\"]}]",
            })
    void whatIsMalformedIsLeftOutAsAWhole(String line) {
        assertThat(Results.read(line).displays()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"text/plain\":\"é€😀 \\ud800 \\u0000 \\\" }]\"}",
                "{\"a/json\":{\"b\":[1e5,-0.5,null,true,{}],\"c\":{}}}",
                "{\"a/json\":\"text\",\"b+json\":12345678901234567890.5}",
                "{}",
            })
    void bundleIsKeptAsItWasWritten(String bundle) {
        for (String line : List.of("[\"display\",%s]", " [ \"display\" , %s , {\"more\":[1]}, 2 ] ")) {
            assertThat(Results.read(line.formatted(bundle)).displays()).containsExactly(bundle);
        }
    }

    @Test
    void longBundleIsKeptAsItWasWritten() {
        String bundle =
                "{\"text/plain\":\"%s\",\"text/html\":\"%s\"}".formatted("é".repeat(100_000), "x".repeat(1_000_000));
        assertThat(Results.read("[\"result\",%s]\n".formatted(bundle)).result()).contains(bundle);
    }
}
