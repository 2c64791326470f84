package org.pyexec.browser;

import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;

/** The page at {@code GET /}, opened anew for each test in the one browser of all tests. */
@Tag("slow")
@NeedsServer
@ExtendWith(SharedBrowser.class)
@ResourceLock("browser")
abstract class PageTestBase {

    final Browser browser;

    PageTestBase(Browser browser) {
        this.browser = browser;
    }

    @BeforeEach
    void openPage(Http http) {
        browser.open(URI.create(http.base() + "/"));
    }

    void run(String program) {
        write(program);
        browser.element("run").click();
    }

    void write(String program) {
        browser.script("document.getElementById('program').value = arguments[0]", program);
    }
}
