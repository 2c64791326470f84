package org.pyexec.api;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pyexec.execution.Executions;
import org.pyexec.files.FileStore;
import org.pyexec.sandbox.SandboxStatus;

/** The body of an answer to {@code GET /health} when programs can run. */
public record HealthResponse(
        String status,
        String pythonVersion,
        String nodeVersion,
        String platform,
        String architecture,
        String tempDir,
        long storageUsage,
        long uptime,
        int activeDownloads,
        String timestamp,
        String javaVersion,
        String server,
        Layers sandbox,
        Executions.Load executions) {

    /** The body when they cannot. */
    public record Unhealthy(String status, String error, String details, String timestamp) {

        static Unhealthy of(SandboxStatus sandbox, String problem, String now) {
            String error = sandbox.pythonVersion().isPresent() ? "Sandbox not available" : "Python not available";
            return new Unhealthy("unhealthy", error, problem, now);
        }
    }

    /** How programs are isolated. */
    public record Layers(@Nullable String tier, List<String> layers, boolean network, long worstLagMs) {

        static Layers of(SandboxStatus sandbox, boolean network) {
            return new Layers(
                    sandbox.tier().orElse(null),
                    sandbox.layers(),
                    network,
                    sandbox.worstLag().toMillis());
        }
    }

    /** The body of an answer to a probe. */
    public record Probe(String status, @Nullable String details) {}

    /**
     * The answer about the server as it is now.
     *
     * @param storageDirectory as its administrator knows it
     */
    public static Answer of(
            Executions executions,
            FileStore files,
            String storageDirectory,
            ServerHost host,
            long uptime,
            Answers answers) {
        SandboxStatus sandbox = executions.sandbox();
        Optional<String> problem = sandbox.problem();
        return problem.isPresent()
                ? answers.json(500, Unhealthy.of(sandbox, problem.get(), answers.now()))
                : answers.json(200, healthy(executions, sandbox, files, storageDirectory, host, uptime, answers.now()));
    }

    private static HealthResponse healthy(
            Executions executions,
            SandboxStatus sandbox,
            FileStore files,
            String storageDirectory,
            ServerHost host,
            long uptime,
            String now) {
        return new HealthResponse(
                "healthy",
                "Python " + sandbox.pythonVersion().orElse("unknown"),
                "not applicable (Java %s)".formatted(host.javaVersion()),
                host.platform(),
                host.architecture(),
                storageDirectory,
                files.bytesHeld(),
                uptime,
                files.liveCount(),
                now,
                host.javaVersion(),
                host.server(),
                Layers.of(sandbox, executions.networkAvailable()),
                executions.load());
    }

    /** The process answers. */
    public static Answer live(Answers answers) {
        return answers.json(200, new Probe("live", null));
    }

    /**
     * Whether programs run.
     *
     * @param problem why not
     */
    public static Answer ready(Optional<String> problem, Answers answers) {
        return problem.isEmpty()
                ? answers.json(200, new Probe("ready", null))
                : answers.json(503, new Probe("not ready", problem.get()));
    }
}
