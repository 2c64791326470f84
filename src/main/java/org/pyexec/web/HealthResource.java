package org.pyexec.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pyexec.execution.Executions;
import org.pyexec.execution.Readiness;
import org.pyexec.files.FileStore;
import org.pyexec.sandbox.SandboxStatus;

/** {@code GET /health} and its probes. */
@Path("/health")
public class HealthResource {

    private final Executions executions;
    private final Readiness readiness;
    private final FileStore files;
    private final String storageDirectory;
    private final Answers answers;
    private final LateAnswers lateAnswers;
    private final Uptime uptime;
    private final Host host;

    /**
     * What the server runs on.
     *
     * @param javaVersion such as {@code 17.0.15}
     * @param osName as Java names it
     * @param osArchitecture as Java names it
     * @param server name and version of the application server
     */
    public record Host(String javaVersion, String osName, String osArchitecture, String server) {

        /** As Node names platforms. */
        String platform() {
            return osName.toLowerCase(Locale.ROOT);
        }

        /** As Node names architectures. */
        String architecture() {
            return switch (osArchitecture) {
                case "amd64", "x86_64" -> "x64";
                case "aarch64" -> "arm64";
                default -> osArchitecture;
            };
        }
    }

    public HealthResource(
            Executions executions,
            Readiness readiness,
            FileStore files,
            String storageDirectory,
            Answers answers,
            LateAnswers lateAnswers,
            Uptime uptime,
            Host host) {
        this.executions = executions;
        this.readiness = readiness;
        this.files = files;
        this.storageDirectory = storageDirectory;
        this.answers = answers;
        this.lateAnswers = lateAnswers;
        this.uptime = uptime;
        this.host = host;
    }

    record Layers(@Nullable String tier, List<String> layers, boolean network, long worstLagMs) {}

    record Healthy(
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
            Executions.Load executions) {}

    record Unhealthy(String status, String error, String details, String timestamp) {}

    record Probe(String status, @Nullable String details) {}

    @GET
    public Response health() {
        SandboxStatus sandbox = executions.sandbox();
        Optional<String> problem = sandbox.problem();
        if (problem.isPresent()) {
            String error = sandbox.pythonVersion().isPresent() ? "Sandbox not available" : "Python not available";
            return answers.json(500, new Unhealthy("unhealthy", error, problem.get(), answers.now()));
        }
        return answers.json(
                200,
                new Healthy(
                        "healthy",
                        "Python " + sandbox.pythonVersion().orElse("unknown"),
                        "not applicable (Java %s)".formatted(host.javaVersion()),
                        host.platform(),
                        host.architecture(),
                        storageDirectory,
                        files.bytesHeld(),
                        uptime.seconds(),
                        files.liveCount(),
                        answers.now(),
                        host.javaVersion(),
                        host.server(),
                        new Layers(
                                sandbox.tier().orElse(null),
                                sandbox.layers(),
                                executions.networkAvailable(),
                                sandbox.worstLag().toMillis()),
                        executions.load()));
    }

    /** The process answers. */
    @GET
    @Path("/live")
    public Response live() {
        return answers.json(200, new Probe("live", null));
    }

    /** Programs run. No thread waits for the finding: nobody counts these requests. */
    @GET
    @Path("/ready")
    public void ready(@Context HttpServletRequest request, @Suspended AsyncResponse response) {
        CompletableFuture<Optional<String>> finding = readiness.check().toCompletableFuture();
        if (finding.isDone()) {
            response.resume(ready(finding.join()));
        } else {
            lateAnswers.give(finding.thenApply(this::ready), false, Recipient.of(request, response));
        }
    }

    private Response ready(Optional<String> problem) {
        return problem.isEmpty()
                ? answers.json(200, new Probe("ready", null))
                : answers.json(503, new Probe("not ready", problem.get()));
    }
}
