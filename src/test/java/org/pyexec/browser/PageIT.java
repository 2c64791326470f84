package org.pyexec.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;

/** The page at {@code GET /}, as somebody uses it. */
@Tag("slow")
@NeedsServer
class PageIT {

    @TempDir
    static Path folder;

    @AutoClose
    private static Browser browser;

    @BeforeAll
    static void start() {
        browser = new Browser(folder.resolve("profile"));
    }

    @BeforeEach
    void openPage(Http http) {
        browser.open(URI.create(http.base() + "/"));
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
    void valueOfTheLastExpressionIsShown() {
        run("6 * 7");
        browser.awaitText("values", "42");
        assertThat(browser.element("output").isDisplayed()).isFalse();

        run("import pandas as pd\ndisplay('first')\npd.DataFrame({'a': ['<b>bold</b>'], 'b': [2]})");
        WebElement table = browser.awaitElement("#values table");
        assertThat(table.getText()).contains("<b>bold</b>");
        assertThat(browser.elements("#values b")).isEmpty();
        assertThat(browser.element("values").getText()).contains("first");

        run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.gcf()");
        WebElement picture = browser.awaitElement("#values img");
        await().until(() ->
                browser.script("return arguments[0].naturalWidth > 0", picture).equals(true));
        assertThat(browser.consoleMessages()).isEmpty();
    }

    @Test
    void markupOfAValueStaysOutOfThePage() {
        run("""
                class Evil:
                    def _repr_html_(self): return '<table><tr><td><img src=x onerror=alert(1)>cell</table><script>alert(1)</script>'
                    def _repr_svg_(self): return None
                Evil()
                """);
        browser.awaitText("values", "cell");
        assertThat(browser.elements("#values img, #values script")).isEmpty();
        assertThat(browser.consoleMessages()).isEmpty();
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
    void pictureThatTheProgramDrewIsShown() {
        run("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])");

        WebElement picture = browser.awaitElement("#files img");
        await().until(() ->
                browser.script("return arguments[0].naturalWidth > 0", picture).equals(true));
    }

    @Test
    void linkOfAGeneratedFileGivesItsContent() throws Exception {
        run("open('note.txt', 'w').write('written by the program')");

        WebElement link = browser.awaitElement("#files a");
        assertThat(link.getText()).isEqualTo("note.txt");
        assertThat(download(link).body()).isEqualTo("written by the program");
    }

    @Test
    void uploadedFileGetsALinkThatWorksAndAnExpiry() throws Exception {
        Path file = Files.writeString(folder.resolve("notes & more.txt"), "from the browser");
        browser.element("file").sendKeys(file.toString());
        browser.element("upload").click();

        WebElement link = browser.awaitElement("#hosted a");
        assertThat(link.getText()).isEqualTo("notes & more.txt");
        assertThat(download(link).body()).isEqualTo("from the browser");
        assertThat(browser.awaitElement("#hosted time").getText()).endsWith("left");
    }

    @Test
    void tooLargeUploadIsExplainedWithTheLimit() throws Exception {
        Path file = Files.write(folder.resolve("large.bin"), new byte[(20 << 20) + 1]);
        browser.element("file").sendKeys(file.toString());
        browser.element("upload").click();

        assertThat(browser.awaitText("upload-notice", "too large")).contains("20");
        assertThat(browser.elements("#hosted a")).isEmpty();
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

    private static void run(String program) {
        write(program);
        browser.element("run").click();
    }

    private static void write(String program) {
        browser.script("document.getElementById('program').value = arguments[0]", program);
    }

    private static HttpResponse<String> download(WebElement link) throws IOException, InterruptedException {
        URI address = URI.create(Objects.requireNonNull(link.getDomProperty("href")));
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }
}
