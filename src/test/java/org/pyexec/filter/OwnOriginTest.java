package org.pyexec.filter;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pyexec.client.ClientLimits;
import org.pyexec.client.Clients;
import org.pyexec.client.TrustedProxies;

class OwnOriginTest {

    private static final String PROXY = "10.0.0.1";
    private static final String STRANGER = "198.51.100.7";

    private final OwnOrigin own = new OwnOrigin(new Clients(TrustedProxies.parse(PROXY), ClientLimits.USUAL));

    private static HttpServletRequest request(
            String peer, String scheme, String host, int port, Map<String, String> headers) {
        return (HttpServletRequest) Proxy.newProxyInstance(
                OwnOriginTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "getRemoteAddr" -> peer;
                    case "getScheme" -> scheme;
                    case "getServerName" -> host;
                    case "getServerPort" -> port;
                    case "getHeader" -> headers.get(args[0]);
                    default -> throw new AssertionError(method);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "http, localhost, 8000, http://localhost:8000",
        "http, localhost, 80, http://localhost",
        "https, Python.Example, 443, https://python.example",
        "https, python.example, 80, https://python.example:80",
        "http, [::1], 8000, http://[::1]:8000",
        "http, ::1, 80, http://[::1]"
    })
    void schemeHostAndPortAreThoseOfTheRequest(String scheme, String host, int port, String origin) {
        HttpServletRequest request = request(STRANGER, scheme, host, port, Map.of());
        assertThat(own.is(origin, request)).isTrue();
        for (String other : new String[] {
            "null", "", "*", origin + "0", origin + ".example", origin + "/", "http://foreign.example", scheme, host
        }) {
            assertThat(own.is(other, request)).as(other).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https, python.example, , https://python.example",
        "https, python.example:8443, , https://python.example:8443",
        "https, python.example, 8443, https://python.example:8443",
        "https, python.example:443, 443, https://python.example",
        "'https, http', 'python.example, inner', , https://python.example",
        "https, , , https://inner",
        ", python.example, , http://python.example",
        ", , , http://inner"
    })
    void whatATrustedProxySaysCountsAndWhatAStrangerSaysDoesNot(
            String scheme, String host, String port, String origin) {
        Map<String, String> said = new HashMap<>();
        said.put("X-Forwarded-Proto", scheme);
        said.put("X-Forwarded-Host", host);
        said.put("X-Forwarded-Port", port);
        assertThat(own.is(origin, request(PROXY, "http", "inner", 80, said))).isTrue();
        assertThat(own.is(origin, request("::ffff:" + PROXY, "http", "inner", 80, said)))
                .isTrue();
        assertThat(own.is("http://foreign.example", request(PROXY, "http", "inner", 80, said)))
                .isFalse();
        assertThat(own.is(origin, request(STRANGER, "http", "inner", 80, said)))
                .isEqualTo(origin.equals("http://inner"));
    }

    @ParameterizedTest
    @CsvSource({"same-origin, true", "same-site, false", "cross-site, false", "none, false"})
    void whatTheBrowserSaysOfItsOwnPageHolds(String site, boolean isOwn) {
        HttpServletRequest request = request(STRANGER, "http", "inner", 80, Map.of("Sec-Fetch-Site", site));
        assertThat(own.is("https://python.example", request)).isEqualTo(isOwn);
    }
}
