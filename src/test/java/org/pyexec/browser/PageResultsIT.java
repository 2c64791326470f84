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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

/** What the page shows of a program's values, pictures and files, and of files that somebody uploads. */
class PageResultsIT extends PageTestBase {

    @TempDir
    Path folder;

    PageResultsIT(Browser browser) {
        super(browser);
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

    private static HttpResponse<String> download(WebElement link) throws IOException, InterruptedException {
        URI address = URI.create(Objects.requireNonNull(link.getDomProperty("href")));
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }
}
