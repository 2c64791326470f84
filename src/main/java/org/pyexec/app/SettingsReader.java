package org.pyexec.app;

import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pyexec.api.ServerHost;
import org.pyexec.app.Settings.BodySettings;
import org.pyexec.app.Settings.HeaderSettings;
import org.pyexec.client.TrustedProxies;
import org.pyexec.execution.ExecutionSettings;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.ratelimit.RateLimitSettings;
import org.pyexec.sandbox.SandboxSettings;
import org.pyexec.sessions.SessionSettings;

/**
 * Reads the settings: a Java system property, else the environment variable of the same name, else the default. The
 * only reader of either. A bad value throws {@link InvalidSettingException}; an empty one counts as not set.
 */
public final class SettingsReader {

    private static final Set<String> NOT_IN_THIS_VERSION = Set.of("API_KEYS_FILE", "REDIS_URL");
    private static final Pattern ORIGIN = Pattern.compile("https?://[A-Za-z0-9.\\[\\]:-]+");
    private static final Pattern CSP_SOURCE = Pattern.compile("[^\\s;,'\"]+|'(self|none)'");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:_-]+(/[0-9]{1,3})?");
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4_NETWORK =
            Pattern.compile("(%1$s\\.){3}%1$s(/(3[0-2]|[12]?[0-9]))?".formatted(BYTE));
    private static final Pattern MODULE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");
    private static final int GIB = 1 << 30;
    private static final int MIB = 1 << 20;

    private final Function<String, @Nullable String> source;

    /** Reads from the system properties and the environment of this process. */
    public SettingsReader() {
        this(name -> {
            String property = System.getProperty(name);
            return property != null ? property : System.getenv(name);
        });
    }

    SettingsReader(Function<String, @Nullable String> source) {
        this.source = source;
    }

    /** Checks all settings and returns the port; for the uber-jar's launcher, which has to know before it starts. */
    public static int checkedPort() {
        return new SettingsReader().read().port();
    }

    /** All settings, checked. */
    public Settings read() {
        refuseUnsupported();
        long maxUploadBytes = whole("MAX_UPLOAD_BYTES", 20L * MIB, 1, 2L * GIB);
        return new Settings(
                (int) whole("PORT", 8000, 1, 65_535),
                text("NODE_ENV").orElse("development").equals("development"),
                Integer.parseInt(oneOf("FAILED_EXECUTION_STATUS", "500", "200", "400", "422")),
                new BodySettings(whole("MAX_BODY_BYTES", 5L * MIB, 1, GIB), maxUploadBytes),
                new HeaderSettings(
                        list("ALLOWED_CONNECT_SRC", CSP_SOURCE, "a source for connect-src"),
                        list("CORS_ALLOWED_ORIGINS", ORIGIN, "an origin such as https://example.org")),
                new RateLimitSettings(
                        (int) whole("RATE_LIMIT_MAX", 50, 0, 1_000_000_000),
                        seconds("RATE_LIMIT_WINDOW_SECONDS", 900, 1, 24 * 3600)),
                trustedProxies(),
                storageDirectory(),
                files(),
                execution(),
                sessions(),
                sandbox());
    }

    /** What this process runs on. */
    static ServerHost host(String server) {
        return new ServerHost(
                System.getProperty("java.version"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                server);
    }

    private ExecutionSettings execution() {
        int cores = Runtime.getRuntime().availableProcessors();
        return new ExecutionSettings(
                (int) whole("MAX_CONCURRENT_EXECUTIONS", Math.max(4, 2L * cores), 1, 10_000),
                (int) whole("MAX_QUEUED_EXECUTIONS", 256, 0, 1_000_000),
                Duration.ofSeconds(30),
                oneOf("NETWORK_POLICY", "request", "off").equals("request"),
                20L * MIB);
    }

    private SessionSettings sessions() {
        return new SessionSettings(
                seconds("SESSION_IDLE_SECONDS", 600, 1, 24 * 3600),
                (int) whole("MAX_SESSIONS_PER_CLIENT", 8, 0, 10_000),
                (int) whole("MAX_SESSIONS", 32, 0, 10_000));
    }

    private Settings.SandboxDraft sandbox() {
        Optional<String> python = text("PYTHON");
        List<String> preload = text("PYTHON_PRELOAD").isPresent()
                ? list("PYTHON_PRELOAD", MODULE, "the name of a module")
                : List.of("numpy", "pandas", "matplotlib.pyplot");
        boolean learns = oneOf("PYTHON_PRELOAD_LEARN", "on", "off").equals("on");
        String tier = oneOf("SANDBOX", "auto", "namespaces", "landlock", "none");
        int memoryMb = (int) whole("EXECUTION_MEMORY_MB", 512, 16, 1 << 20);
        int processes = (int) whole("EXECUTION_PROCESSES", 64, 1, 30_000);
        int diskMb = (int) whole("EXECUTION_DISK_MB", 64, 1, 1 << 20);
        int outputMaxBytes = (int) whole("OUTPUT_MAX_BYTES", MIB, 1, 64L * MIB);
        List<String> networkAllow = list("NETWORK_ALLOW", HOST, "an address, a network or the name of a host");
        List<String> networkDeny = list("NETWORK_DENY", IPV4_NETWORK, "an IPv4 address or network");
        return runtime -> new SandboxSettings(
                python,
                preload,
                learns,
                tier,
                runtime,
                memoryMb,
                processes,
                diskMb,
                outputMaxBytes,
                networkAllow,
                networkDeny);
    }

    private void refuseUnsupported() {
        NOT_IN_THIS_VERSION.stream()
                .sorted()
                .filter(name -> text(name).isPresent())
                .findFirst()
                .ifPresent(name -> {
                    throw new InvalidSettingException(name + " is not supported by this version");
                });
    }

    private Path storageDirectory() {
        return path("STORAGE_DIR", Path.of(System.getProperty("java.io.tmpdir"), "python-executor"));
    }

    private FileStoreSettings files() {
        long maxBytes = whole("STORAGE_MAX_BYTES", GIB, 1, Long.MAX_VALUE);
        return new FileStoreSettings(
                seconds("FILE_TTL_SECONDS", 600, 1, 30 * 24 * 3600),
                maxBytes,
                whole("STORAGE_MAX_BYTES_PER_CLIENT", Math.max(1, maxBytes / 2), 1, Long.MAX_VALUE));
    }

    private TrustedProxies trustedProxies() {
        try {
            return TrustedProxies.parse(text("TRUSTED_PROXIES").orElse(""));
        } catch (IllegalArgumentException e) {
            throw bad("TRUSTED_PROXIES", String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(source.apply(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private Path path(String name, Path otherwise) {
        try {
            return text(name).map(Path::of).orElse(otherwise).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw bad(name, "must be the path of a folder");
        }
    }

    private Duration seconds(String name, long otherwise, long least, long most) {
        return Duration.ofSeconds(whole(name, otherwise, least, most));
    }

    private long whole(String name, long otherwise, long least, long most) {
        Optional<String> value = text(name);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            long number = new BigDecimal(value.get()).longValueExact();
            if (number >= least && number <= most) {
                return number;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // said below, in the same words as a number out of range
        }
        throw bad(name, "must be a whole number from %d to %d, not '%s'".formatted(least, most, value.get()));
    }

    private String oneOf(String name, String otherwise, String... others) {
        String value = text(name).orElse(otherwise);
        if (value.equals(otherwise) || Arrays.asList(others).contains(value)) {
            return value;
        }
        throw bad(name, "must be one of %s, %s, not '%s'".formatted(otherwise, String.join(", ", others), value));
    }

    private List<String> list(String name, Pattern form, String what) {
        List<String> values = text(name).stream()
                .flatMap(text -> Arrays.stream(text.split(",")))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
        for (String value : values) {
            if (!form.matcher(value).matches()) {
                throw bad(name, "'%s' is not %s".formatted(value, what));
            }
        }
        return values;
    }

    private static InvalidSettingException bad(String name, String why) {
        return new InvalidSettingException("%s %s".formatted(name, why.replaceAll("\\p{Cntrl}", "?")));
    }
}
