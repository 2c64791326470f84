package org.pyexec.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** The page that a browser gets at {@code GET /}, and the files that it loads. */
@NeedsServer
class PageFilesIT {

    private static final Pattern LINK =
            Pattern.compile("(?i)<(?:script|link|img)\\b[^>]*?\\b(?:src|href)=\"([^\"]*)\"");
    private static final Pattern IMPORT =
            Pattern.compile("(?m)^\\s*(?:import|export)\\b[^;]*?from\\s*['\"]\\.?/?([^'\"]+)['\"]");

    private final Http http;

    PageFilesIT(Http http) {
        this.http = http;
    }

    @Test
    void pageIsHtmlInUtf8() {
        Answer page = page();
        assertThat(page.required("Content-Type").toLowerCase(Locale.ROOT).replace(" ", ""))
                .isEqualTo("text/html;charset=utf-8");
        assertThat(page.text()).containsIgnoringCase("<!doctype html>").contains("</html>");
    }

    @Test
    void pageHasNoInlineScriptOrStyle() {
        String html = page().text();
        assertThat(html).doesNotContainPattern("(?is)<script(?![^>]*\\bsrc=)[^>]*>");
        assertThat(html).doesNotContainPattern("(?is)<script[^>]*>[^<]*\\S[^<]*</script>");
        assertThat(html).doesNotContainPattern("(?i)<style\\b");
        assertThat(html).doesNotContainPattern("(?i)\\sstyle\\s*=");
        assertThat(html).doesNotContainPattern("(?i)\\son[a-z]+\\s*=");
        assertThat(html).doesNotContainPattern("(?i)javascript:");
    }

    @Test
    void pageLoadsNothingFromElsewhere() {
        assertThat(assets()).isNotEmpty().noneMatch(path -> path.contains("//"));
    }

    @Test
    void whatThePageLoadsIsThere() {
        for (String path : assets()) {
            Answer asset = http.get(path);
            assertThat(asset.status()).as(path).isEqualTo(200);
            String type = asset.required("Content-Type").toLowerCase(Locale.ROOT);
            if (path.endsWith(".js")) {
                assertThat(type).containsPattern("^(text|application)/javascript");
                assertThat(asset.text()).doesNotContain("eval(", "new Function", "document.write");
            }
            if (path.endsWith(".css")) {
                assertThat(type).startsWith("text/css");
                assertThat(asset.text()).doesNotContainPattern("url\\(['\"]?https?:");
            }
            assertThat(asset.required("X-Content-Type-Options")).isEqualTo("nosniff");
        }
    }

    @Test
    void pageHasAPlaceForAProgramAndForAFile() {
        String html = page().text();
        assertThat(html).containsPattern("(?i)<textarea\\b");
        assertThat(html).containsPattern("(?i)<input\\b[^>]*type=\"?file");
        assertThat(html).containsPattern("(?i)<button\\b");
    }

    @Test
    void everyInputOfThePageHasAName() {
        // Screen readers need a label or a name of its own.
        String html = page().text();
        assertThat(html).containsPattern("(?i)<html[^>]*\\blang=");
        assertThat(html).containsPattern("(?i)<title>[^<]+</title>");
        assertThat(html).containsPattern("(?i)<label\\b|aria-label");
    }

    private Answer page() {
        Answer page = http.get("/", "Accept", Shapes.BROWSER);
        assertThat(page.status()).isEqualTo(200);
        return page;
    }

    /** The paths of scripts, styles and pictures that the page names, and of the modules which those import. */
    private Set<String> assets() {
        Set<String> paths = new TreeSet<>();
        LINK.matcher(page().text())
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.startsWith("data:"))
                .forEach(link -> paths.add(absolute("/", link)));
        for (String script : paths.stream().filter(path -> path.endsWith(".js")).toList()) {
            String folder = script.substring(0, script.lastIndexOf('/') + 1);
            IMPORT.matcher(http.get(script).text())
                    .results()
                    .forEach(link -> paths.add(absolute(folder, link.group(1))));
        }
        return paths;
    }

    private static String absolute(String folder, String link) {
        return link.startsWith("/") || link.contains(":") ? link : folder + link.replaceFirst("^\\./", "");
    }
}
