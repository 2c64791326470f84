package org.pyexec.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What proxies are believed, and what cannot be read. */
class ForwardedForTest {

    static Stream<String> nonsense() {
        int megabyte = 1 << 20;
        return Stream.of(
                "[" + ":".repeat(megabyte),
                "[" + ":]".repeat(megabyte),
                "1".repeat(megabyte),
                ":".repeat(megabyte) + "g");
    }

    /** Quadratic work on it would take hours. */
    @ParameterizedTest
    @MethodSource("nonsense")
    void longNonsenseIsReadAtOnce(String node) {
        List<Function<String, List<Optional<InetAddress>>>> readers = List.of(
                text -> ForwardedFor.xForwardedFor(List.of(text)),
                text -> ForwardedFor.forwarded(List.of("for=\"" + text + "\"")));
        for (Function<String, List<Optional<InetAddress>>> reader : readers) {
            assertThat(assertTimeoutPreemptively(Duration.ofMinutes(1), () -> reader.apply(node)))
                    .containsExactly(Optional.empty());
        }
    }

    @Test
    void longestAddressIsRead() {
        String address = "0000:0000:0000:0000:0000:ffff:192.168.100.228";
        assertThat(ForwardedFor.forwarded(List.of("for=\"[" + address + "]:65535\"")))
                .singleElement()
                .satisfies(read -> assertThat(read).isPresent());
    }
}
