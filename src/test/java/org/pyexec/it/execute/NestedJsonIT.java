package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** JSON of 5 MB, the largest that is read, in structures that are expensive to parse. */
@NeedsServer
class NestedJsonIT {

    private static final int FIVE_MEGABYTES = 5 * 1024 * 1024;

    private final Http http;

    NestedJsonIT(Http http) {
        this.http = http;
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "[{\"a\":", "{\"code\":"})
    void nestingOfFiveMegabytesIsRefusedAsTooDeep(String opening) {
        assertTooDeep(http.post(fill(opening, FIVE_MEGABYTES)));
    }

    @Test
    void nestingBesideACodeIsRefusedAsTooDeep() {
        String beginning = "{\"code\":\"print(1)\",\"more\":";
        assertTooDeep(http.post(beginning + fill("[", FIVE_MEGABYTES - beginning.length())));
    }

    @Test
    void nestingThatIsClosedAgainIsRefusedAsTooDeep() {
        int depth = FIVE_MEGABYTES / 2 - 20;
        assertTooDeep(http.post("{\"code\":" + "[".repeat(depth) + "]".repeat(depth) + "}"));
    }

    @Test
    void fieldOfAMillionNumbersIsIgnored() {
        int count = FIVE_MEGABYTES / 2 - 50;
        assertRuns(http.post("{\"code\":\"print(1)\",\"more\":[" + "1,".repeat(count) + "1]}"));
    }

    @Test
    void hundredsOfThousandsOfFieldsAreIgnored() {
        String fields = IntStream.range(0, 400_000)
                .mapToObj(i -> "\"%08x\":0,".formatted(i))
                .collect(Collectors.joining());
        assertThat(fields.length()).isBetween(FIVE_MEGABYTES * 4 / 5, FIVE_MEGABYTES - 100);
        assertRuns(http.post("{" + fields + "\"code\":\"print(1)\"}"));
    }

    /** Names whose hash codes in Java are the same: a table of them must not become a list to be walked. */
    @Test
    void tensOfThousandsOfFieldsOfOneHashCodeAreIgnored() {
        String fields = IntStream.range(0, 1 << 16)
                .mapToObj(i -> "\"" + colliding(i) + "\":0,")
                .collect(Collectors.joining());
        assertRuns(http.post("{" + fields + "\"code\":\"print(1)\"}"));
    }

    @Test
    void programOfNearlyFiveMegabytesRuns() {
        String comment = "#".repeat(FIVE_MEGABYTES - 100);
        assertRuns(http.post("{\"code\":\"print(1) " + comment + "\"}"));
    }

    @Test
    void stringOfEscapesRuns() {
        String comment = "\\u0023".repeat((FIVE_MEGABYTES - 100) / 6);
        assertRuns(http.post("{\"code\":\"print(1) " + comment + "\"}"));
    }

    private void assertTooDeep(Answer answer) {
        assertThat(Shapes.executeError(answer, 400).path("error").textValue()).isEqualTo("Invalid JSON");
        assertThat(http.get("/health").status()).isEqualTo(200);
    }

    private static void assertRuns(Answer answer) {
        assertThat(Shapes.success(answer).path("output").textValue()).isEqualTo("1\n");
    }

    /** "Aa" and "BB" have the same hash code, and so have all strings of as many of either. */
    private static String colliding(int number) {
        return IntStream.range(0, 16)
                .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB")
                .collect(Collectors.joining());
    }

    private static String fill(String unit, int length) {
        return unit.repeat(length / unit.length());
    }
}
