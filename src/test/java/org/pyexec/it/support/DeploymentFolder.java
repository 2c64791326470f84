package org.pyexec.it.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The folder that the server of {@link Setup#FOLDER} watches: it deploys an application that is put there, and undeploys one
 * that is removed.
 */
public final class DeploymentFolder {

    private static final Path WAR = Server.PROJECT.resolve("target/python-executor.war");
    private static final String NAME = "python-executor.war";

    // mutable state: there is one such server, and its classes take turns
    private static String contextPath = "";

    private final Server server;
    private final Path folder;
    private final Path own = Server.temporaryFolder();

    private DeploymentFolder(Server server, Path folder) {
        this.server = server;
        this.folder = folder;
        server.deleteOnClose(own);
    }

    /** Starts the server under test, with the application in its folder; returns when that is ready. */
    static Server start(Map<String, String> settings) {
        if (!isMicro()) {
            return Server.start(settings);
        }
        Path watched = Server.temporaryFolder();
        put(copy(watched), watched.resolve(NAME));
        Server server = Server.startBy(EmbeddedPayaraMicro.command(watched), settings);
        server.deleteOnClose(watched);
        return server;
    }

    /** The folder of such a server. */
    public static DeploymentFolder of(Server server) {
        if (isMicro()) {
            return new DeploymentFolder(server, EmbeddedPayaraMicro.folder(server.command()));
        }
        Path instance = Server.PROJECT.resolve(
                "target/servers/run/" + Server.name() + "-" + server.baseUrl().getPort());
        return new DeploymentFolder(server, instance.resolve(folderOf(Server.name())));
    }

    private static boolean isMicro() {
        return Server.name().equals("payara-micro");
    }

    private static String folderOf(String server) {
        return switch (server) {
            case "wildfly" -> "deployments";
            case "payara", "glassfish" -> "domain1/autodeploy";
            default -> throw new IllegalStateException(server + " watches no folder");
        };
    }

    public Server server() {
        return server;
    }

    /** Deploys the application at this path, unless it is there already; returns when it is ready. */
    public void deployAt(String path) {
        if (path.equals(contextPath)) {
            return;
        }
        takeAway();
        await().atMost(Duration.ofMinutes(1)).until(() -> status(contextPath + "/api") == 404);
        put(at(path), folder.resolve(NAME));
        contextPath = path;
        await().atMost(Duration.ofMinutes(2)).until(() -> status(path + "/health/ready") == 200);
    }

    public void takeAway() {
        try {
            Files.delete(folder.resolve(NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void putBack() {
        put(at(contextPath), folder.resolve(NAME));
    }

    /** The status of an answer to GET, or 0 while the server closes connections instead. */
    public int status(String path) {
        try {
            return server.http().get(path).status();
        } catch (UncheckedIOException notNow) {
            return 0;
        }
    }

    private static Path copy(Path folder) {
        try {
            return Files.copy(WAR, folder.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy whose descriptors name another path. */
    private Path at(String path) {
        Path copy = copy(own);
        try (FileSystem archive = FileSystems.newFileSystem(copy)) {
            for (String name : List.of("jboss-web.xml", "glassfish-web.xml")) {
                Path descriptor = archive.getPath("WEB-INF", name);
                String root = "<context-root>%s</context-root>";
                String xml = Files.readString(descriptor);
                assertThat(xml).containsOnlyOnce(root.formatted("/"));
                Files.writeString(
                        descriptor, xml.replace(root.formatted("/"), root.formatted(path.isEmpty() ? "/" : path)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    /** Moves it in one step, since the server would deploy half an archive, too. */
    private static void put(Path archive, Path file) {
        try {
            Files.move(archive, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
