package org.pyexec.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The settings of the servers that test classes share. Each server is started once, when the first class that
 * {@linkplain NeedsServer needs} it begins.
 *
 * <p>A start costs more processor time than most classes, so classes whose settings do not contradict each other have one
 * setup. Classes that may run at the same time on one server leave no trace that another would see: the rate limit is far
 * away, and there are more slots and sessions than they take.
 */
public enum Setup {
    /** The defaults. Its classes run side by side. */
    USUAL(Map.of("RATE_LIMIT_MAX", "1000000", "MAX_CONCURRENT_EXECUTIONS", "8", "MAX_SESSIONS_PER_CLIENT", "32")),

    /**
     * For classes that measure what a server holds: descriptors, bytes, programs, memory. One client may have two sessions. The
     * heap is the one that Java chooses on a machine with 1.5 GB.
     */
    OBSERVED(Map.of(
            "JAVA_TOOL_OPTIONS",
            "-Xmx384m",
            "RATE_LIMIT_MAX",
            "0",
            "MAX_CONCURRENT_EXECUTIONS",
            "4",
            "TRUSTED_PROXIES",
            "127.0.0.1",
            "MAX_SESSIONS_PER_CLIENT",
            "2",
            "MAX_SESSIONS",
            "3")),

    /** One slot, a queue of one, one session, little room for files, which expire soon. */
    ONE_SLOT(Map.of(
            "RATE_LIMIT_MAX",
            "0",
            "MAX_CONCURRENT_EXECUTIONS",
            "1",
            "MAX_QUEUED_EXECUTIONS",
            "1",
            "STORAGE_MAX_BYTES",
            "100000",
            "FILE_TTL_SECONDS",
            "8",
            "TRUSTED_PROXIES",
            "127.0.0.1",
            "MAX_SESSIONS",
            "1",
            "SESSION_IDLE_SECONDS",
            "2")),

    /** The usual rate limit behind proxies, two slots and a short queue. */
    PROXIED(Map.of(
            "MAX_CONCURRENT_EXECUTIONS",
            "2",
            "MAX_QUEUED_EXECUTIONS",
            "6",
            "TRUSTED_PROXIES",
            "127.0.0.1," + Setup.PROXY + ",10.0.0.0/8")),

    /** Three requests in five seconds for each address, and an interpreter that is installed after the start. */
    LATE_INTERPRETER(Map.of("RATE_LIMIT_MAX", "3", "RATE_LIMIT_WINDOW_SECONDS", "5", "TRUSTED_PROXIES", "127.0.0.1")) {
        @Override
        Server start() {
            Map<String, String> settings = new HashMap<>(settings());
            settings.put("PYTHON", latePython().toString());
            Server server = Server.startAlive(settings);
            server.deleteOnClose(LATE);
            return server;
        }
    },

    /** Many settings that differ from their defaults. */
    CUSTOM(Map.ofEntries(
            Map.entry("NODE_ENV", "production"),
            Map.entry("RATE_LIMIT_MAX", "0"),
            Map.entry("ALLOWED_CONNECT_SRC", "https://a.example, wss://b.example"),
            Map.entry("CORS_ALLOWED_ORIGINS", "https://good.example,http://localhost:3000"),
            Map.entry("MAX_UPLOAD_BYTES", "1000"),
            Map.entry("MAX_BODY_BYTES", "2000"),
            Map.entry("OUTPUT_MAX_BYTES", "100"),
            Map.entry("EXECUTION_MEMORY_MB", "300"),
            Map.entry("EXECUTION_PROCESSES", "16"),
            Map.entry("EXECUTION_DISK_MB", "8"),
            Map.entry("NETWORK_POLICY", "off"),
            Map.entry("SANDBOX", "namespaces"),
            Map.entry("PYTHON_PRELOAD", "json"),
            // A Java system property of the same name does what the environment variable does.
            Map.entry("JAVA_TOOL_OPTIONS", "-DFAILED_EXECUTION_STATUS=422"))),

    /** The application is in a folder that the server watches: see {@link DeploymentFolder}. */
    FOLDER(Map.of("RATE_LIMIT_MAX", "0")) {
        @Override
        Server start() {
            return DeploymentFolder.start(settings());
        }
    },

    /**
     * {@code STORAGE_DIR} is on a disk of a few megabytes: a file system in memory that nobody but the server sees, as it is
     * mounted in a mount namespace of its own.
     */
    SMALL_DISK(Map.of("RATE_LIMIT_MAX", "0", "FILE_TTL_SECONDS", "40", "TRUSTED_PROXIES", "127.0.0.1")) {
        @Override
        Server start() {
            return Server.startBehind(onASmallDisk(), settings());
        }
    };

    /** A proxy that is trusted in {@link #PROXIED}. */
    public static final String PROXY = "127.0.9.9";

    private static final String MOUNT_AND_RUN =
            "mount -t tmpfs -o size=12m,mode=0700 none \"$STORAGE_DIR\" && exec \"$@\"";

    private static final Path LATE = Server.temporaryFolder();

    static {
        LATE.toFile().deleteOnExit();
    }

    // A map of strings that cannot be changed.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Map<String, String> settings;

    Setup(Map<String, String> settings) {
        this.settings = settings;
    }

    Map<String, String> settings() {
        return settings;
    }

    /** Returns when the server is ready, if it is to become so by itself. */
    Server start() {
        return Server.start(settings);
    }

    /** The path at which the interpreter of {@link #LATE_INTERPRETER} is to be installed. */
    public static Path latePython() {
        return LATE.resolve("python3");
    }

    private static List<String> onASmallDisk() {
        try {
            boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
            // Only root may mount; an ordinary user is root in a user namespace of his own.
            List<String> namespace =
                    root ? List.of("unshare", "--mount") : List.of("unshare", "--mount", "--map-root-user");
            return Stream.concat(namespace.stream(), Stream.of("/bin/sh", "-c", MOUNT_AND_RUN, "sh"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
