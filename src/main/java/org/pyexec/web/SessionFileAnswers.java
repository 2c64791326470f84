package org.pyexec.web;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.http.ErrorBody;
import org.pyexec.http.Json;
import org.pyexec.sandbox.FilesReport;
import org.pyexec.sandbox.SkippedFile;
import org.pyexec.sessions.SessionExpiredException;

/** From what came of an order about a session's files to the answer. Safe for use by many threads. */
public final class SessionFileAnswers {

    private static final Logger LOG = System.getLogger(SessionFileAnswers.class.getName());
    private static final int RETRY_SECONDS = 5;

    private final Answers answers;
    private final InternalErrors errors;

    public SessionFileAnswers(Answers answers, InternalErrors errors) {
        this.answers = answers;
        this.errors = errors;
    }

    @JsonPropertyOrder({"path", "size", "modified"})
    record Shown(String path, long size, String modified) {

        static Shown of(FilesReport.Entry entry) {
            return new Shown(entry.path(), entry.size(), Json.time(entry.modified()));
        }
    }

    @JsonPropertyOrder({"files", "truncated", "skippedFiles", "skippedFileCount"})
    record Listed(List<Shown> files, boolean truncated, List<SkippedFile> skippedFiles, int skippedFileCount) {}

    /**
     * The answer to an order, but for a file that is handed out.
     *
     * @param folder where the session's files are, as a path of this server
     */
    Response of(FilesReport report, String folder, String requestId) {
        return switch (report.outcome()) {
            case CREATED ->
                Response.fromResponse(answers.json(201, Shown.of(report.files().get(0))))
                        .header(
                                HttpHeaders.LOCATION,
                                folder + "/"
                                        + PathText.encoded(report.files().get(0).path()))
                        .build();
            case REPLACED -> answers.json(200, Shown.of(report.files().get(0)));
            case REMOVED, READ -> Response.noContent().build();
            case LISTED ->
                answers.json(
                        200,
                        new Listed(
                                report.files().stream().map(Shown::of).toList(),
                                report.cut(),
                                report.skippedFiles(),
                                report.skippedFileCount()));
            case MISSING -> error(404, "Not found", report.sentence(), requestId);
            case INVALID -> error(400, "Invalid path", report.sentence(), requestId);
            case CONFLICT -> error(409, "Conflict", report.sentence(), requestId);
            case FULL -> error(507, "Disk full", report.sentence(), requestId);
        };
    }

    /** Why there is none. */
    Response of(Throwable failure, String requestId) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof SessionExpiredException expired) {
            return answers.json(
                    410,
                    ExpiredSession.of(
                            expired.sessionId(), String.valueOf(expired.getMessage()), requestId, answers.now()));
        }
        if (!(cause instanceof RefusedException refused)) {
            return answers.json(500, errors.of(cause, requestId));
        }
        String message = String.valueOf(refused.getMessage());
        if (refused.refusal() == Refusal.UNKNOWN_SESSION) {
            return error(404, "Not found", message, requestId);
        }
        LOG.log(
                Level.WARNING,
                "request_id={0} event=refused reason={1} message=\"{2}\"",
                requestId,
                refused.refusal(),
                message);
        return busy(message, requestId);
    }

    Response busy(String message, String requestId) {
        return Response.fromResponse(error(503, "Server is busy", message, requestId))
                .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                .build();
    }

    /** Of the server's store, through which files pass. */
    Response storageFull(boolean ofThisClient, String requestId) {
        return error(
                507,
                "Storage full",
                ofThisClient
                        ? "The files of this client take as much of the storage as one client may have; the oldest expire first."
                        : "The server has no room for this file at the moment; try again later.",
                requestId);
    }

    /** Of the same store. */
    Response storeUnreachable(String requestId) {
        return answers.storeUnreachable(requestId);
    }

    Response error(int status, String error, String message, String requestId) {
        return answers.json(
                status, ErrorBody.of(error, message, requestId, answers.clock().instant()));
    }
}
