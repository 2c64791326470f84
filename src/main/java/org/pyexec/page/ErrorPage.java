package org.pyexec.page;

import org.jspecify.annotations.Nullable;
import org.pyexec.api.ErrorBody;

/** The small page that a browser gets for an error. */
public final class ErrorPage {

    private ErrorPage() {}

    public static String of(String contextPath, int status, ErrorBody error) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%d %s</title>
                <link rel="stylesheet" href="%s/assets/style.css">
                </head>
                <body>
                <main>
                <h1>%s</h1>
                <p>%s</p>
                <p>Request id: <code>%s</code></p>
                <p><a href="%s/">Python Code Executor Server</a></p>
                </main>
                </body>
                </html>
                """.formatted(
                        status,
                        escape(error.error()),
                        escape(contextPath),
                        escape(error.error()),
                        escape(error.message()),
                        escape(error.requestId()),
                        escape(contextPath));
    }

    private static String escape(@Nullable String text) {
        if (text == null) {
            return "";
        }
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
