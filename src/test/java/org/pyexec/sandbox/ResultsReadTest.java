package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
