package org.pyexec.browser;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page at {@code GET /}, as somebody uses it. */
class PageIT extends PageTestBase {

    PageIT(Browser browser) {
        super(browser);
    }

    @Test
    void outputOfTheProgramIsShown() {
        run("print('six times seven is', 6 * 7)");

        browser.awaitText("status", "Completed");
        assertThat(browser.element("output").getText()).isEqualTo("six times seven is 42");
        assertThat(browser.element("facts").getText()).contains("completed").contains("Memory");
    }

    @Test
    void controlAndEnterRunTheProgramInTheEditor() {
        write("print('by keys')");
        browser.element("program").sendKeys(Keys.chord(Keys.CONTROL, Keys.ENTER));

        browser.awaitText("output", "by keys");
    }

    @Test
    void markupFromAProgramStaysText() {
        run("print('<b id=\"injected\">bold</b>')\nraise ValueError('<img src=x>')");

        browser.awaitText("details", "ValueError: <img src=x>");
        assertThat(browser.element("output").getText()).isEqualTo("<b id=\"injected\">bold</b>");
        assertThat(browser.elements("#injected, #details img")).isEmpty();
    }

    @Test
    void tracebackIsShownOnce() {
        run("print(1 / 0)");

        assertThat(browser.awaitText("details", "ZeroDivisionError")).contains("main.py");
        assertThat(browser.element("stderr").isDisplayed()).isFalse();
    }

    @Test
    void timeLimitOfTheFormIsKept() {
        WebElement limit = browser.element("timeout");
        limit.clear();
        limit.sendKeys("0.5");
        run("print('before')\nwhile True: pass");

        browser.awaitText("status", "Out of time");
        assertThat(browser.element("output").getText()).isEqualTo("before");
    }

    @Test
    void outputIsShownWhileTheProgramRunsAndStopEndsIt() {
        run("import sys, time\nprint('early')\nprint('warning', file=sys.stderr)\ntime.sleep(50)");

        browser.awaitText("output", "early");
        browser.awaitText("stderr", "warning");
        assertThat(browser.element("status").getText()).contains("Running");
        assertThat(browser.element("run").isDisplayed()).isFalse();
        browser.element("stop").click();
        browser.awaitText("status", "Stopped");
        assertThat(browser.element("output").getText()).isEqualTo("early");
        assertThat(browser.element("run").isEnabled()).isTrue();
        assertThat(browser.element("stop").isDisplayed()).isFalse();

        run("print('next')");
        browser.awaitText("output", "next");
        assertThat(browser.element("stderr").isDisplayed()).isFalse();
    }

    @Test
    void variablesAreKeptWhereThatIsWished() {
        browser.element("session").click();
        run("x = 20");
        browser.awaitText("status", "Completed");
        run("x + 1");
        browser.awaitText("values", "21");
        assertThat(browser.element("network").isEnabled()).isFalse();

        run("import time\nprint('early')\ntime.sleep(50)");
        browser.awaitText("output", "early");
        browser.element("stop").click();
        browser.awaitText("status", "Stopped");
        run("x + 2");
        browser.awaitText("values", "22");

        run("import os\nos._exit(0)");
        browser.awaitText("session-line", "has ended");
        run("x");
        browser.awaitText("details", "NameError");

        run("x = 1");
        browser.awaitText("status", "Completed");
        browser.element("session-anew").click();
        run("x");
        browser.awaitText("details", "NameError");
        browser.element("session").click();
        assertThat(browser.element("session-part").isDisplayed()).isFalse();
        assertThat(browser.consoleMessages()).isEmpty();
    }

    @Test
    void sessionThatHasEndedMeanwhileIsSaidToHave() {
        browser.element("session").click();
        run("x = 1");
        browser.awaitText("status", "Completed");
        browser.script("const real = window.fetch; window.fetch = async (path, options) => path === 'execute'"
                + " ? new Response('{\"error\":\"Session has expired\",\"reason\":\"It was deleted\"}', { status: 410 })"
                + " : real(path, options)");
        run("x");
        browser.awaitText("notice", "The session has ended: It was deleted.");
        browser.awaitText("session-line", "opens a new session");
    }

    @Test
    void tabIndentsAndAfterEscapeLeavesTheEditor() {
        write("");
        WebElement editor = browser.element("program");
        editor.sendKeys("if True:", Keys.ENTER, "pass", Keys.ENTER, Keys.TAB, "x");
        assertThat(editor.getDomProperty("value")).isEqualTo("if True:\n    pass\n        x");

        editor.sendKeys(Keys.ESCAPE, Keys.TAB);
        assertThat(browser.script("return document.activeElement.id")).isEqualTo("timeout");
    }

    @Test
    void healthLineNamesTheInterpreter() {
        assertThat(browser.awaitText("health", "Healthy")).contains("Python 3.");
    }

    @Test
    void tooManyRequestsAreExplainedWithTheWait() {
        browser.script("window.fetch = async () => new Response('{\"error\":\"Too many requests\"}',"
                + " { status: 429, headers: { 'Retry-After': '120' } })");
        run("print(1)");

        browser.awaitText("notice", "Too many requests from your address. Try again in 2 minutes.");
    }

    @Test
    void unreachableServerIsSaidToBeSo() {
        browser.script("window.fetch = async () => { throw new TypeError('Failed to fetch') }");
        run("print(1)");

        browser.awaitText("notice", "The server cannot be reached.");
        assertThat(browser.element("run").isEnabled()).isTrue();
    }

    @Test
    void pageKeepsItsOwnPolicyAndWritesNoErrors() {
        run("import matplotlib.pyplot as plt\nplt.plot([1, 2])");
        browser.awaitElement("#files img");
        browser.awaitText("health", "Healthy");

        assertThat(browser.consoleMessages()).isEmpty();
    }

    @Test
    void pageFitsATelephone() {
        browser.resize(360, 740);
        try {
            run("print('x' * 500)");
            browser.awaitText("output", "xxx");
            assertThat(browser.script("return document.documentElement.scrollWidth <= window.innerWidth"))
                    .isEqualTo(true);
        } finally {
            browser.resize(0, 0);
        }
    }
}
