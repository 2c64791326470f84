package org.pyexec.it.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.DeploymentFolder;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Server;
import org.pyexec.it.support.Setup;
import org.pyexec.it.support.Shapes;

/** The application at another context path than the root, as on a server with several applications. */
@Tag("slow")
@Tag("redeploy")
@NeedsServer(Setup.FOLDER)
class ContextPathIT {

    private static final String PATH = "/tools/python";
    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"#]+)\"");

    private final DeploymentFolder folder;
    private final Http http;

    ContextPathIT(Server server) {
        this.folder = DeploymentFolder.of(server);
        this.http = new Http(URI.create(server.baseUrl() + PATH));
    }

    @BeforeEach
    void deployThere() {
        folder.deployAt(PATH);
    }

    @Test
    void programRunsAndItsFileIsBelowTheBaseAddress() {
        String url = Shapes.success(http.execute("open('a.txt', 'w').write('here')"))
                .at("/generatedFiles/0/downloadUrl")
                .textValue();

        assertThat(url).startsWith("/download/");
        assertThat(http.get(url).text()).isEqualTo("here");
        assertThat(folder.status(url)).isEqualTo(404);
    }

    @Test
    void uploadIsLimitedAndKept() {
        assertThat(http.get(http.hosted("a.bin", new byte[100_000])).body()).hasSize(100_000);
        assertThat(http.host("b.bin", new byte[20 * 1024 * 1024 + 1]).status()).isEqualTo(413);
    }

    @Test
    void everyLinkOfThePageAndOfAnErrorPageLeadsSomewhere() {
        String page = http.get("/", "Accept", "text/html").text();
        String error = http.get("/nowhere", "Accept", "text/html").text();

        assertThat(links(page)).hasSizeGreaterThan(4).allSatisfy(this::leadsSomewhere);
        assertThat(links(error)).isNotEmpty().allSatisfy(this::leadsSomewhere);
    }

    @Test
    void addressWithoutTheLastSlashLeadsToThePage() {
        Answer answer = folder.server().http().get(PATH, "Accept", "text/html");

        assertThat(answer.status()).isIn(301, 302, 307, 308);
        assertThat(URI.create(answer.required("Location")).getPath()).isEqualTo(PATH + "/");
    }

    @Test
    void errorsAreThoseOfTheApi() {
        assertThat(http.get("/nowhere").json().path("error").textValue()).isNotEmpty();
        Shapes.executeError(http.post("{"), 400);
        assertThat(http.send("DELETE", "/execute", new byte[0]).status()).isEqualTo(405);
    }

    private static List<String> links(String page) {
        return LINK.matcher(page).results().map(found -> found.group(1)).toList();
    }

    private void leadsSomewhere(String link) {
        String path = URI.create(PATH + "/").resolve(link).getPath();
        assertThat(path).startsWith(PATH + "/");
        assertThat(folder.status(path)).as(link).isEqualTo(200);
    }
}
