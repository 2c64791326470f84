package org.pyexec.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=2-5, 2, 4",
        "bytes=7-, 7, 3",
        "bytes=-3, 7, 3",
        "bytes=-99, 0, 10",
        "bytes=5-99, 5, 5",
    })
    void aSingleRangeIsCutToTheFile(String header, long first, long length) {
        assertThat(ByteRange.parse(Optional.of(header), 10))
                .isEqualTo(new ByteRange.Asked.Part(new ByteRange(first, length)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=99-100", "bytes=-0"})
    void aRangeBeyondTheFileCannotBeSatisfied(String header) {
        assertThat(ByteRange.parse(Optional.of(header), 10)).isEqualTo(new ByteRange.Asked.Unsatisfiable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bytes=5-2", "bytes=-", "items=0-1", "bytes=0-1,3-4", "bytes=a-b", "bytes=1-99999999999999999999"
            })
    void whatIsNoSingleRangeMeansTheWholeFile(String header) {
        assertThat(ByteRange.parse(Optional.of(header), 10)).isEqualTo(new ByteRange.Asked.Whole());
    }

    @Test
    void withoutTheHeaderTheWholeFileIsMeant() {
        assertThat(ByteRange.parse(Optional.empty(), 10)).isEqualTo(new ByteRange.Asked.Whole());
    }

    @Test
    void nothingOfAnEmptyFileCanBeSatisfied() {
        assertThat(ByteRange.parse(Optional.of("bytes=0-"), 0)).isEqualTo(new ByteRange.Asked.Unsatisfiable());
    }
}
