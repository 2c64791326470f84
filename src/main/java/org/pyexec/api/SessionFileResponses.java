package org.pyexec.api;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.files.FileTooLargeException;
import org.pyexec.files.StoreFullException;
import org.pyexec.files.StoreUnreachableException;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.FilesReport;
import org.pyexec.sandbox.SkippedFile;
import org.pyexec.sessions.SessionExpiredException;

/** Turns what came of an order about a session's files into an answer. Safe for use by many threads. */
public final class SessionFileResponses {

    private static final Logger LOG = System.getLogger(SessionFileResponses.class.getName());

    private final Answers answers;
    private final InternalErrors errors;

    public SessionFileResponses(Answers answers, InternalErrors errors) {
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
    record Listed(List<Shown> files, boolean truncated, List<SkippedFile> skippedFiles, int skippedFileCount) {

        static Listed of(FilesReport report) {
            List<Shown> files = report.files().stream().map(Shown::of).toList();
            return new Listed(files, report.cut(), report.skippedFiles(), report.skippedFileCount());
        }
    }

    /**
     * The answer to an order, but for a file that is handed out.
     *
     * @param folder where the session's files are, as a path of this server
     */
    public Answer of(FilesReport report, String folder, String requestId) {
        return switch (report.outcome()) {
            case CREATED -> created(report.files().get(0), folder);
            case REPLACED -> answers.json(200, Shown.of(report.files().get(0)));
            case REMOVED, READ -> Answer.empty(204);
            case LISTED -> answers.json(200, Listed.of(report));
            case MISSING -> answers.refusal(Refusals.NO_SUCH_FILE.with(report.sentence()), requestId);
            case INVALID -> answers.refusal(Refusals.INVALID_PATH.with(report.sentence()), requestId);
            case CONFLICT -> answers.refusal(Refusals.FILE_CONFLICT.with(report.sentence()), requestId);
            case FULL -> answers.refusal(Refusals.SESSION_DISK_FULL.with(report.sentence()), requestId);
        };
    }

    private Answer created(FilesReport.Entry entry, String folder) {
        return answers.json(201, Shown.of(entry)).with("Location", folder + "/" + PathText.encoded(entry.path()));
    }

    /** Why there is no report, or why no order was given. */
    public Answer of(Throwable failure, String requestId) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return answers.refusal(refusal(cause, requestId), requestId);
    }

    private Refused refusal(Throwable cause, String requestId) {
        if (cause instanceof SessionExpiredException ended) {
            return Refused.of(ended);
        } else if (cause instanceof RefusedException refused) {
            return refusal(refused, requestId);
        } else if (cause instanceof BadRequest bad) {
            return Refused.of(bad);
        } else if (cause instanceof NoRoomException busy) {
            return Refusals.SERVER_BUSY.because(busy);
        } else if (cause instanceof FileTooLargeException tooLarge) {
            return Refusals.FILE_TOO_LARGE.with(tooLarge.limitBytes());
        } else if (cause instanceof StoreFullException full) {
            return full.ofThisClient() ? Refusals.STORAGE_FULL_OF_CLIENT.with() : Refusals.STORAGE_FULL.with();
        } else if (cause instanceof StoreUnreachableException) {
            return Refusals.STORAGE_UNREACHABLE.with();
        }
        return errors.of(cause, requestId);
    }

    private static Refused refusal(RefusedException refused, String requestId) {
        if (refused.refusal() == Refusal.UNKNOWN_SESSION) {
            return Refusals.UNKNOWN_SESSION.because(refused);
        }
        LOG.log(
                Level.WARNING,
                "request_id={0} event=refused reason={1} message=\"{2}\"",
                requestId,
                refused.refusal(),
                refused.getMessage());
        return Refusals.SERVER_BUSY.because(refused);
    }
}
