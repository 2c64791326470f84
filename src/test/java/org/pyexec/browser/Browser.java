package org.pyexec.browser;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.pyexec.support.Ports;

/** Debian's Chromium without a window, with a fresh profile. */
final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ChromeDriver driver;

    Browser(Path profile) {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.setCapability("goog:loggingPrefs", logs);
        options.addArguments(
                "--headless",
                "--no-sandbox", // Chromium's own sandbox refuses root
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1280,900",
                "--user-data-dir=" + profile);
        // A driver that is named is not looked for in the network.
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(new File("/usr/bin/chromedriver"))
                .usingPort(Ports.lend())
                .build();
        this.driver = new ChromeDriver(service, options);
    }

    /** Opens a page anew, with all that earlier messages said forgotten. */
    void open(URI page) {
        driver.get(page.toString());
        consoleMessages();
    }

    /** The element with this id. */
    WebElement element(String id) {
        return driver.findElement(By.id(id));
    }

    List<WebElement> elements(String cssSelector) {
        return driver.findElements(By.cssSelector(cssSelector));
    }

    /** Waits until the text of an element contains what is expected, and returns the whole text. */
    String awaitText(String id, String expected) {
        return await("text '%s' in #%s".formatted(expected, id))
                .atMost(PATIENCE)
                .until(
                        () -> Objects.requireNonNullElse(element(id).getDomProperty("textContent"), ""),
                        text -> text.contains(expected));
    }

    /** Waits until at least one element is there. */
    WebElement awaitElement(String cssSelector) {
        return await(cssSelector)
                .atMost(PATIENCE)
                .until(() -> elements(cssSelector), found -> !found.isEmpty())
                .get(0);
    }

    /** Runs a script in the page; the value is what the script returns. */
    Object script(String script, Object... arguments) {
        return Objects.requireNonNullElse(driver.executeScript(script, arguments), "");
    }

    /** Gives the window the size of a telephone, or with zeros its own size again. */
    void resize(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 0, "mobile", width > 0));
    }

    /** What the page wrote to the console since the last call, the browser's own complaints included. */
    List<String> consoleMessages() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
