package org.pyexec.http;

import jakarta.servlet.http.HttpServletRequest;

/** Whether a request is that of a page of another origin, of which no setting says that it may do what the caller may. */
public final class ForeignPage {

    private static final String ATTRIBUTE = ForeignPage.class.getName();

    private ForeignPage() {}

    /** Remembers it in the request. */
    public static void assign(HttpServletRequest request, boolean isForeign) {
        request.setAttribute(ATTRIBUTE, isForeign);
    }

    /** What was assigned to the request; true where nobody has looked. */
    public static boolean sent(HttpServletRequest request) {
        return !Boolean.FALSE.equals(request.getAttribute(ATTRIBUTE));
    }
}
