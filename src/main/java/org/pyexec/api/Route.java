package org.pyexec.api;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of routes: one row each, with method, path, description, the body that a request has, and what else filters have to
 * know. A part of a path that begins with a colon stands for one segment; {@code :path}, for all that are left.
 */
public enum Route {
    ROOT("GET", "/", "API information", Body.NONE),
    HEALTH("GET", "/health", "Server and Python health check", Body.NONE, Trait.IN_ROOT),
    EXECUTE("POST", "/execute", "Execute Python code", Body.ORDINARY, Trait.IN_ROOT, Trait.REPORTS_SUCCESS),
    HOST("POST", "/host", "Upload file for hosting", Body.FORM_WITH_FILE, Trait.IN_ROOT),
    DOWNLOAD("GET", "/download/:token", "Download hosted or generated file", Body.NONE, Trait.IN_ROOT),
    API("GET", "/api", "This endpoint", Body.NONE, Trait.IN_ROOT),
    PACKAGES("GET", "/packages", "Packages that programs can import", Body.NONE),
    EXECUTION("GET", "/executions/:id", "State, answer or live output of an asynchronous execution", Body.NONE),
    CANCEL_EXECUTION("DELETE", "/executions/:id", "Cancel an asynchronous execution", Body.NONE),
    OPEN_SESSION(
            "POST",
            "/sessions",
            "Open a session: an interpreter that keeps its state between executions",
            Body.ORDINARY),
    SESSIONS("GET", "/sessions", "The caller's own sessions", Body.NONE, Trait.OWN_PAGES_ONLY),
    END_SESSIONS("DELETE", "/sessions", "End all of the caller's own sessions", Body.NONE, Trait.OWN_PAGES_ONLY),
    SESSION("GET", "/sessions/:id", "State of a session", Body.NONE),
    END_SESSION("DELETE", "/sessions/:id", "End a session", Body.NONE),
    INTERRUPT_SESSION("POST", "/sessions/:id/interrupt", "Interrupt what runs in a session", Body.NONE),
    SESSION_FILES("GET", "/sessions/:id/files", "Files of a session", Body.NONE),
    PUT_SESSION_FILE("PUT", "/sessions/:id/files/:path", "Put a file into a session", Body.FILE),
    SESSION_FILE("GET", "/sessions/:id/files/:path", "Get a file of a session", Body.NONE),
    REMOVE_SESSION_FILE("DELETE", "/sessions/:id/files/:path", "Remove a file of a session", Body.NONE),
    LIVENESS("GET", "/health/live", "Liveness probe", Body.NONE, Trait.NOT_COUNTED),
    READINESS("GET", "/health/ready", "Readiness probe", Body.NONE, Trait.NOT_COUNTED),
    ASSETS("GET", "/assets/:path", "Files of the page", Body.NONE, Trait.NOT_COUNTED, Trait.UNLISTED),
    METRICS("GET", "/metrics", "What monitoring asks for", Body.NONE, Trait.NOT_COUNTED, Trait.UNLISTED),
    FAVICON("GET", "/favicon.ico", "What browsers ask for", Body.NONE, Trait.NOT_COUNTED, Trait.UNLISTED);

    private static final Pattern PARAMETER = Pattern.compile(":[a-z]+");
    private static final String REST = ":path";
    private static final Pattern IGNORED = Pattern.compile(";[^/]*|(?<=.)/(?:;[^/]*)?$");

    private final String method;
    private final String path;
    private final String description;
    private final Body body;

    @SuppressWarnings("ImmutableEnumChecker") // nobody can change what List.of makes
    private final List<Trait> traits;

    private final Pattern pattern;

    Route(String method, String path, String description, Body body, Trait... traits) {
        this.method = method;
        this.path = path;
        this.description = description;
        this.body = body;
        this.traits = List.of(traits);
        this.pattern = Pattern.compile(path.replace(REST, ".*").replaceAll(":[a-z]+", "[^/]+"), Pattern.DOTALL);
    }

    /** What a request has as its body, which bounds how long that may be. */
    public enum Body {
        /** None that anybody reads; what comes all the same may be as long as an ordinary one. */
        NONE,
        /** Any but a file, such as JSON. */
        ORDINARY,
        /** A form with one file. */
        FORM_WITH_FILE,
        /** A file as it is. */
        FILE;

        /** Whether it is a file, or has one in it. */
        public boolean isUpload() {
            return this == FORM_WITH_FILE || this == FILE;
        }
    }

    private enum Trait {
        /** {@code GET /} names it. */
        IN_ROOT,
        /** Neither {@code GET /} nor {@code GET /api} names it. */
        UNLISTED,
        /** The rate limit does not count it. */
        NOT_COUNTED,
        /** Its errors say {@code success: false}. */
        REPORTS_SUCCESS,
        /** No page of another origin may call it for its visitor, unless a setting names that origin. */
        OWN_PAGES_ONLY
    }

    /** The route of this method whose path is written so; empty if there is none. HEAD is as GET. */
    public static Optional<Route> find(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        return Arrays.stream(values())
                .filter(route -> route.method.equals(asked) && route.path.equals(path))
                .findFirst();
    }

    /** What a request to this path may have as its body, whatever its method. */
    public static Body bodyOf(String path) {
        return Arrays.stream(values())
                .filter(route -> route.body != Body.NONE && route.serves(path))
                .map(route -> route.body)
                .findFirst()
                .orElse(Body.NONE);
    }

    /** Whether the rate limit counts requests to this path. */
    public static boolean isCounted(String path) {
        return !anyHas(Trait.NOT_COUNTED, path);
    }

    /** Whether errors of requests to this path say {@code success: false}. */
    public static boolean reportsSuccess(String path) {
        return anyHas(Trait.REPORTS_SUCCESS, path);
    }

    private static boolean anyHas(Trait trait, String path) {
        return Arrays.stream(values()).anyMatch(route -> route.traits.contains(trait) && route.matches(path));
    }

    /** As {@code GET /} lists them: each with its description. */
    public static Map<String, String> ofRoot() {
        return listed(route -> route.traits.contains(Trait.IN_ROOT), Route::shortDescription);
    }

    /** As {@code GET /api} lists them: all, each with its description. */
    public static Map<String, String> ofApi() {
        return listed(route -> !route.traits.contains(Trait.UNLISTED), route -> route.description);
    }

    private static Map<String, String> listed(Predicate<Route> wanted, Function<Route, String> text) {
        Map<String, String> listed = new LinkedHashMap<>();
        Arrays.stream(values())
                .filter(wanted)
                .forEach(route -> listed.put(route.method + " " + route.path, text.apply(route)));
        return Collections.unmodifiableMap(listed);
    }

    /** {@code GET /} has its own words for two of them. */
    private String shortDescription() {
        return switch (this) {
            case HEALTH -> "Server health check";
            case API -> "API information";
            default -> description;
        };
    }

    /** Whether a page of another origin is refused, unless a setting names that origin. */
    public boolean isForOwnPagesOnly() {
        return traits.contains(Trait.OWN_PAGES_ONLY);
    }

    /** Its path, with these values for its parameters. */
    public String with(String... values) {
        String filled = path;
        for (String value : values) {
            filled = PARAMETER.matcher(filled).replaceFirst(Matcher.quoteReplacement(value));
        }
        return filled;
    }

    private boolean matches(String requested) {
        return pattern.matcher(requested).matches();
    }

    /**
     * As JAX-RS matches paths: without path parameters (RFC 3986, section 3.3) and without a slash at the end. Where a file's name is
     * a part of the path, it counts as it is written.
     */
    private boolean serves(String requested) {
        return matches(requested) || matches(IGNORED.matcher(requested).replaceAll(""));
    }
}
