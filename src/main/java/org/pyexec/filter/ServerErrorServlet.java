package org.pyexec.filter;

import jakarta.inject.Inject;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.pyexec.api.Refusals;
import org.pyexec.api.Refused;
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
        Refused refused = refusal(request, status);
        String server = String.valueOf(getServletContext().getServerInfo());
        if (READS_TO_THE_END.matcher(server).find()) {
            bodies.answerUnread(request, response, refused);
        } else {
            ErrorResponses.write(request, response, refused);
        }
    }

    private static Refused refusal(HttpServletRequest request, int status) {
        Object uri = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        String route = request.getMethod() + " " + (uri == null ? request.getRequestURI() : uri);
        if (status == HttpServletResponse.SC_NOT_FOUND) {
            return Refusals.ROUTE_NOT_FOUND.with(route);
        }
        Refusals row = status < HttpServletResponse.SC_INTERNAL_SERVER_ERROR
                ? Refusals.REFUSED_BY_SERVER
                : Refusals.FAILED_IN_SERVER;
        return row.with(route).withStatus(status);
    }
}
