package org.pyexec.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.enterprise.concurrent.ManageableThread;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;
import org.pyexec.execution.Outcome;
import org.pyexec.files.FileStore;
import org.pyexec.files.HostedFile;
import org.pyexec.files.Lookup;
import org.pyexec.sandbox.Program;

/** What can only be seen from inside a server: the container's own timer and threads. */
@Tag("slow")
@Tag("arquillian")
@ArquillianTest
class ContainerIT {

    @Inject
    private FileStore files;

    @Inject
    private Wiring wiring;

    @Deployment
    static WebArchive war() throws IOException {
        return ShrinkWrap.create(ZipImporter.class, "python-executor.war")
                .importFrom(new File("target/python-executor.war"))
                .as(WebArchive.class)
                .setWebXML(new StringAsset(webXmlThatLetsArquillianIn()))
                .addClass(ContainerIT.class)
                .addPackages(true, "org.assertj", "org.awaitility", "org.hamcrest", "net.bytebuddy");
    }

    /** The application answers every path itself; here Arquillian's servlet has to get one. */
    private static String webXmlThatLetsArquillianIn() throws IOException {
        String everyPath = """
                    <filter-name>jersey</filter-name>
                    <url-pattern>/*</url-pattern>
                """;
        String xml = Files.readString(Path.of("src/main/webapp/WEB-INF/web.xml"));
        assertThat(xml).containsOnlyOnce(everyPath);
        return xml.replace(everyPath, everyPath.replace("/*", "/health"));
    }

    @Test
    void theContainersTimerRemovesWhatHasExpired() throws IOException {
        HostedFile file = files.add("client", "a.txt", new ByteArrayInputStream(new byte[10]), 10);
        assertThat(files.bytesHeld()).isEqualTo(10);

        await().atMost(Duration.ofMinutes(2)).until(() -> files.bytesHeld() == 0);

        assertThat(files.find(file.token())).isInstanceOf(Lookup.Expired.class);
    }

    @Test
    void programsRunOnTheContainersThreads() throws Exception {
        Program program = new Program("import time; time.sleep(1); print(1)", Duration.ofSeconds(30), false);
        CompletionStage<Outcome> outcome = wiring.application()
                .executions()
                .run(program, Client.local("test"))
                .outcome();

        Thread thread = outcome.thenApply(finished -> Thread.currentThread())
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);

        assertThat(thread).isInstanceOf(ManageableThread.class);
        assertThat(outcome.toCompletableFuture().get().stdout()).isEqualTo("1\n");
    }
}
