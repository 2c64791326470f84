package org.pyexec.filter;

import jakarta.inject.Inject;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.pyexec.api.ErrorBody;
import org.pyexec.body.Bodies;
import org.pyexec.http.ErrorResponses;

/** Answers in JSON what the application server refuses by itself, such as a path into WEB-INF. */
public class ServerErrorServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    /**
     * Tomcat reads what is left of a body on the thread that has answered. Open Liberty does not, and mixes up requests when one becomes
     * asynchronous while its error is answered.
     */
    private static final Pattern READS_TO_THE_END = Pattern.compile("Tomcat|TomEE");

    @Inject
    private transient Bodies bodies;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        int status = code instanceof Integer given ? given : HttpServletResponse.SC_NOT_FOUND;
        if (READS_TO_THE_END
                .matcher(String.valueOf(getServletContext().getServerInfo()))
                .find()) {
            bodies.answerUnread(request, response, status, error(request, status));
        } else {
            ErrorResponses.write(response, status, error(request, status));
        }
    }

    private static ErrorBody error(HttpServletRequest request, int status) {
        Object uri = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        String route = request.getMethod() + " " + (uri == null ? request.getRequestURI() : uri);
        if (status == HttpServletResponse.SC_NOT_FOUND) {
            return ErrorResponses.error(request, "Not found", "Route %s not found".formatted(route));
        }
        return status < HttpServletResponse.SC_INTERNAL_SERVER_ERROR
                ? ErrorResponses.error(request, "Bad request", "The server refused %s.".formatted(route))
                : ErrorResponses.error(
                        request, "Internal server error", "The server failed to answer %s.".formatted(route));
    }
}
