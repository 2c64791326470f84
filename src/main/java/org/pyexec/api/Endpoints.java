package org.pyexec.api;

import java.util.LinkedHashMap;
import java.util.Map;

/** The endpoints that this server has, in the words of its API. */
public final class Endpoints {

    /** As {@code GET /} lists them. */
    public static final Map<String, String> OF_ROOT = ordered(
            "GET /health", "Server health check",
            "POST /execute", "Execute Python code",
            "POST /host", "Upload file for hosting",
            "GET /download/:token", "Download hosted or generated file",
            "GET /api", "API information");

    /** As {@code GET /api} lists them: all. */
    public static final Map<String, String> OF_API = ordered(
            "GET /", "API information",
            "GET /health", "Server and Python health check",
            "POST /execute", "Execute Python code",
            "POST /host", "Upload file for hosting",
            "GET /download/:token", "Download hosted or generated file",
            "GET /api", "This endpoint",
            "GET /packages", "Packages that programs can import",
            "GET /executions/:id", "State, answer or live output of an asynchronous execution",
            "DELETE /executions/:id", "Cancel an asynchronous execution",
            "POST /sessions", "Open a session: an interpreter that keeps its state between executions",
            "GET /sessions", "The caller's own sessions",
            "DELETE /sessions", "End all of the caller's own sessions",
            "GET /sessions/:id", "State of a session",
            "DELETE /sessions/:id", "End a session",
            "POST /sessions/:id/interrupt", "Interrupt what runs in a session",
            "GET /sessions/:id/files", "Files of a session",
            "PUT /sessions/:id/files/:path", "Put a file into a session",
            "GET /sessions/:id/files/:path", "Get a file of a session",
            "DELETE /sessions/:id/files/:path", "Remove a file of a session",
            "GET /health/live", "Liveness probe",
            "GET /health/ready", "Readiness probe");

    private Endpoints() {}

    private static Map<String, String> ordered(String... routesAndTexts) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < routesAndTexts.length; i += 2) {
            map.put(routesAndTexts[i], routesAndTexts[i + 1]);
        }
        return java.util.Collections.unmodifiableMap(map);
    }
}
