package org.pyexec.api;

import org.jspecify.annotations.Nullable;

/**
 * Every way in which the API refuses a request: one row each, with status, short error, sentence and {@code Retry-After}.
 *
 * <p>A sentence has places for values, as {@link String#format} fills them; a row without a sentence is answered with its
 * short error only, as the API's specification has it.
 */
public enum Refusals {
    // The request as a whole
    MALFORMED_HEAD(400, "Bad request", "The head of the request is malformed."),
    MALFORMED_REQUEST(400, "Bad request", "The request is malformed."),
    ROUTE_NOT_FOUND(404, "Not found", "Route %s not found"),
    METHOD_NOT_ALLOWED(405, "Method not allowed", "Route %s not found; this path takes %s"),
    NOT_ACCEPTABLE(406, "Not acceptable", "This path answers with application/json only."),
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type", "Send the body as application/json."),
    REFUSED_BY_SERVER(400, "Bad request", "The server refused %s."),
    FAILED_IN_SERVER(500, "Internal server error", "The server failed to answer %s."),
    INTERNAL_ERROR(500, "Internal server error", "%s"),
    NOT_HANDED_ON(500, "Internal server error", "The request could not be handed on inside the server."),
    TOO_MANY_REQUESTS(429, "Too many requests", null),
    FOREIGN_PAGE(
            403,
            "Not for pages of other origins",
            "A page of another origin may list or end the sessions of its visitor only if CORS_ALLOWED_ORIGINS names that origin."),

    // Its head and its body
    PREFLIGHT_WITH_BODY(400, "Bad request", "A preflight request has no body."),
    TWO_FRAMINGS(400, "Bad request", "A request has either a Content-Length or a Transfer-Encoding."),
    UNKNOWN_TRANSFER_CODING(501, "Not implemented", "The only Transfer-Encoding that is understood is chunked."),
    MALFORMED_CONTENT_TYPE(
            400,
            "Malformed Content-Type",
            "A request has one Content-Type, such as application/json, with parameters such as charset=utf-8."),
    UNKNOWN_CONTENT_CODING(
            415, "Unsupported content encoding", "The only Content-Encoding that is understood is gzip, once."),
    MALFORMED_GZIP(
            400,
            "Malformed body",
            "The body is not what its Content-Encoding says: it is no gzip (RFC 1952), a part of one, or one with more behind it."),
    INCOMPLETE_BODY(400, "Incomplete request", "The body of the request is incomplete or badly encoded."),
    BODY_STALLED(408, "Request timeout", "The body of the request made no progress for %d seconds."),
    BODY_TIMED_OUT(408, "Request timeout", "The body of the request made no progress for too long."),
    BODY_TOO_SLOW(
            408,
            "Request timeout",
            "The body of the request has taken %d minutes, and comes at less than %d bytes per second."),
    BODY_TOO_LARGE(413, "Request body too large", "The body of a request may have at most %d bytes."),
    FILE_TOO_LARGE(413, "File too large", "A file may have at most %d bytes."),
    NO_ROOM_FOR_BODY(507, "Storage full", "The server has no room for this request at the moment; try again later."),

    // Programs
    NO_CODE(400, "No valid code provided", null),
    INPUT_GONE(400, "Invalid files", "%s"),
    SESSION_WITHOUT_NETWORK(400, "Invalid allow_network", "%s"),
    NETWORK_UNAVAILABLE(403, "Network access is not available", "%s"),
    SERVER_BUSY(503, "Server is busy", "%s", 5),
    NO_THREAD(503, "Server is busy", "The application server takes no more work at the moment.", 5),
    NO_WRITE_SLOT(
            503, "Server is busy", "Too many answers wait for their clients to read them; try again in a moment.", 5),
    SANDBOX_UNAVAILABLE(503, "Sandbox is not available", "%s", 5),
    ABANDONED(503, "Execution was abandoned", "%s", 5),
    TOO_MANY_STREAMS_OF_CLIENT(429, "Too many event streams", "%s", 5),
    TOO_MANY_STREAMS(503, "Too many event streams", "%s", 5),
    PACKAGES_NOT_KNOWN(
            503, "Not known yet", "It is being found out what programs can import; try again in a moment.", 2),

    // Asynchronous executions
    NO_SUCH_EXECUTION(404, "Not found", "There is no execution of this id, or not any more."),
    IDEMPOTENCY_KEY_REUSED(422, "Idempotency key reused", "%s"),
    TOO_MANY_EXECUTIONS_OF_CLIENT(429, "Too many executions", "%s", 30),
    TOO_MANY_EXECUTIONS(503, "Too many executions", "%s", 30),

    // Sessions
    NO_SUCH_SESSION(404, "Not found", "There is no session of this id."),
    UNKNOWN_SESSION(404, "Not found", "%s"),
    SESSION_EXPIRED(
            410, "Session has expired", "What was in this session is gone; open a new one with POST /sessions."),
    SESSION_NEEDS_NETWORK(403, "Network access is not available", "This server runs programs without network access."),
    TOO_MANY_SESSIONS_OF_CLIENT(429, "Too many sessions", "%s", 30),
    TOO_MANY_SESSIONS(503, "Too many sessions", "%s", 30),
    SESSION_NOT_OPENED(503, "Server is busy", "%s", 30),
    NO_THREAD_FOR_SESSION(503, "Server is busy", "The application server takes no more work at the moment.", 30),
    NO_SANDBOX_FOR_SESSION(503, "Sandbox is not available", "%s", 30),

    // Files of sessions
    INVALID_PATH(400, "Invalid path", "%s"),
    NO_SUCH_FILE(404, "Not found", "%s"),
    FILE_CONFLICT(409, "Conflict", "%s"),
    SESSION_DISK_FULL(507, "Disk full", "%s"),

    // Uploads
    NO_FILE(400, "No file uploaded", null),
    NO_FORM(415, "Unsupported media type", "Upload the file as multipart/form-data in a field named 'file'."),
    BAD_BOUNDARY(
            400,
            "Malformed form",
            "A multipart/form-data body needs a boundary of 1 to 70 characters (RFC 2046, section 5.1.1)."),
    MALFORMED_FORM(400, "Malformed form", "The body is not well-formed multipart/form-data."),
    TOO_MANY_PARTS(400, "Malformed form", "A form may have at most %d parts, and %d bytes before their contents."),
    TOO_MANY_FILES(400, "Too many files", "The form has %d parts named 'file'; upload one file at a time."),

    // Hosted files
    UNKNOWN_DOWNLOAD(404, "Invalid or expired download token", null),
    EXPIRED_DOWNLOAD(410, "Download link has expired", null),
    RANGE_NOT_SATISFIABLE(416, "Range not satisfiable", "The file has %d bytes."),
    STORAGE_FULL(507, "Storage full", "The server has no room for this file at the moment; try again later."),
    STORAGE_FULL_OF_CLIENT(
            507,
            "Storage full",
            "The files of this client take as much of the storage as one client may have; the oldest expire first."),
    STORAGE_UNREACHABLE(
            503, "Storage unreachable", "The store of files cannot be reached at the moment; try again later.", 5);

    private final int status;
    private final String error;
    private final @Nullable String sentence;
    private final int retrySeconds;

    Refusals(int status, String error, @Nullable String sentence) {
        this(status, error, sentence, Refused.NEVER);
    }

    Refusals(int status, String error, @Nullable String sentence, int retrySeconds) {
        this.status = status;
        this.error = error;
        this.sentence = sentence;
        this.retrySeconds = retrySeconds;
    }

    public int status() {
        return status;
    }

    /** This refusal, with the values that its sentence names. */
    public Refused with(Object... values) {
        return new Refused(status, error, sentence == null ? null : sentence.formatted(values), retrySeconds, null);
    }

    /** This refusal, with the message of an exception as its sentence. */
    public Refused because(Exception why) {
        return with(String.valueOf(why.getMessage()));
    }
}
