package org.pyexec.api;

import java.util.Map;

/** The bodies of answers to {@code GET /} and {@code GET /api}: what this server is, and its routes. */
public final class ServerInfo {

    private ServerInfo() {}

    record Root(String message, String status, Map<String, String> endpoints) {}

    record Api(
            String name, String version, String status, Map<String, String> endpoints, long uptime, String timestamp) {}

    /** For {@code GET /}. */
    public static Answer root(Answers answers) {
        return answers.json(200, new Root("Python Code Executor Server is running!", "healthy", Route.ofRoot()));
    }

    /** For {@code GET /api}. */
    public static Answer api(String version, long uptime, Answers answers) {
        return answers.json(
                200, new Api("Python Code Executor API", version, "running", Route.ofApi(), uptime, answers.now()));
    }
}
