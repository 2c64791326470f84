package org.pyexec.filter;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.body.ContentCodings;

class RequestHeadsTest {

    /** A request with one header, maybe twice. */
    private static HttpServletRequest request(long length, String header, String... values) {
        return (HttpServletRequest) Proxy.newProxyInstance(
                RequestHeadsTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, args) -> {
                    List<String> found = args != null && header.equals(args[0]) ? Arrays.asList(values) : List.of();
                    return switch (method.getName()) {
                        case "getContentLengthLong" -> length;
                        case "getHeaders" -> Collections.enumeration(found);
                        case "getHeader" -> found.isEmpty() ? null : found.get(0);
                        case "getContextPath" -> "";
                        case "getRequestURI" -> "/execute";
                        default -> null;
                    };
                });
    }

    private static HttpServletRequest packed(long length, String... codings) {
        return request(length, "Content-Encoding", codings);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "identity",
                "utf-8",
                "UTF8",
                " Utf-8 ",
                "utf-16le",
                "ISO-8859-1",
                "latin1",
                "windows-1252",
                "us-ascii",
                "none",
                "binary",
                "8bit",
                "aws-chunked",
                "aws-chunked, utf-8"
            })
    void whatIsNoCodingOfABodyIsNone(String name) {
        assertThat(RequestHeads.codingFaultOf(packed(10, name))).isEmpty();
        assertThat(ContentCodings.isCompressed(packed(10, name))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "X-GZIP", "utf-8, gzip", "gzip,aws-chunked"})
    void gzipIsUndoneOnce(String coding) {
        assertThat(RequestHeads.codingFaultOf(packed(10, coding))).isEmpty();
        assertThat(ContentCodings.isCompressed(packed(10, coding))).isTrue();
        assertThat(RequestHeads.codingFaultOf(packed(10, coding, coding))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd", "deflate", "compress", "base64", "gzip, br", "utf-8x", "utf-8;q=1"})
    void otherCodingsAreFaultsWhereThereIsABody(String coding) {
        assertThat(RequestHeads.codingFaultOf(packed(10, coding)))
                .hasValueSatisfying(fault -> assertThat(fault.status()).isEqualTo(415));
        for (long none : new long[] {0, -1}) {
            assertThat(RequestHeads.codingFaultOf(packed(none, coding))).isEmpty();
        }
    }
}
