package org.pyexec.app;

import java.nio.file.Path;
import java.util.List;
import org.pyexec.client.TrustedProxies;
import org.pyexec.execution.ExecutionSettings;
import org.pyexec.files.FileStoreSettings;
import org.pyexec.ratelimit.RateLimitSettings;
import org.pyexec.sandbox.SandboxSettings;
import org.pyexec.sessions.SessionSettings;

/**
 * Everything that an administrator can set, checked; each room takes its own record.
 *
 * @param port where the uber-jar listens; on a server, the server owns the port
 * @param development whether internal errors show their message
 * @param failedExecutionStatus HTTP status of a program that failed
 * @param storageDirectory the server's own folder; made when absent
 */
public record Settings(
        int port,
        boolean development,
        int failedExecutionStatus,
        BodySettings bodies,
        HeaderSettings headers,
        RateLimitSettings rateLimit,
        TrustedProxies trustedProxies,
        Path storageDirectory,
        FileStoreSettings files,
        ExecutionSettings execution,
        SessionSettings sessions,
        SandboxDraft sandbox) {

    /** Longest bodies that are read, in bytes. */
    public record BodySettings(long maxBodyBytes, long maxUploadBytes) {}

    /** What goes into the policy headers. */
    public record HeaderSettings(List<String> allowedConnectSources, List<String> corsAllowedOrigins) {

        public HeaderSettings {
            allowedConnectSources = List.copyOf(allowedConnectSources);
            corsAllowedOrigins = List.copyOf(corsAllowedOrigins);
        }
    }

    /** The sandbox's settings but for its folder, which lies in the storage directory. */
    @FunctionalInterface
    public interface SandboxDraft {
        SandboxSettings in(Path runtimeDirectory);
    }
}
