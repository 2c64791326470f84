package org.pyexec.it;

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

/** A server with a folder that it watches: an application that is put there is deployed, one that is taken away goes. */
final class DeploymentFolder implements AutoCloseable {

    private static final Path WAR = Server.PROJECT.resolve("target/python-executor.war");

    private final Server server;
    private final Path deployed;
    private final Path own;

    private DeploymentFolder(Server server, Path folder, Path own) {
        this.server = server;
        this.deployed = folder.resolve("python-executor.war");
        this.own = own;
    }

    /** Starts the server under test, with the application in its folder; returns when that is ready. */
    static DeploymentFolder start(Map<String, String> settings) {
        return Server.name().equals("payara-micro") ? micro("", settings) : other(settings);
    }

    /** With the application at another path, returns when that is ready. */
    static DeploymentFolder startAt(String contextPath, Map<String, String> settings) {
        if (Server.name().equals("payara-micro")) {
            return micro(contextPath, settings);
        }
        DeploymentFolder folder = other(settings);
        folder.takeAway();
        await().atMost(Duration.ofMinutes(1)).until(() -> folder.status("/api") == 404);
        put(at(contextPath, folder.own), folder.deployed);
        await().atMost(Duration.ofMinutes(2)).until(() -> folder.status(contextPath + "/health/ready") == 200);
        return folder;
    }

    private static DeploymentFolder micro(String contextPath, Map<String, String> settings) {
        Path own = Server.temporaryFolder();
        put(copy(own), own.resolve("python-executor.war"));
        List<String> command = MicroWithFolder.command(own, contextPath);
        return new DeploymentFolder(Server.startAt(contextPath, command, settings), own, own);
    }

    private static DeploymentFolder other(Map<String, String> settings) {
        Server server = Server.start(settings);
        Path instance = Server.PROJECT.resolve(
                "target/servers/run/" + Server.name() + "-" + server.baseUrl().getPort());
        return new DeploymentFolder(server, instance.resolve(folderOf(Server.name())), Server.temporaryFolder());
    }

    private static String folderOf(String server) {
        return switch (server) {
            case "wildfly" -> "deployments";
            case "payara", "glassfish" -> "domain1/autodeploy";
            default -> throw new IllegalStateException(server + " watches no folder");
        };
    }

    Server server() {
        return server;
    }

    void takeAway() {
        try {
            Files.delete(deployed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void putBack() {
        put(copy(own), deployed);
    }

    /** The status of an answer to GET, or 0 while the server closes connections instead. */
    int status(String path) {
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
    private static Path at(String contextPath, Path folder) {
        Path copy = copy(folder);
        try (FileSystem archive = FileSystems.newFileSystem(copy)) {
            for (String name : List.of("jboss-web.xml", "glassfish-web.xml")) {
                Path descriptor = archive.getPath("WEB-INF", name);
                String root = "<context-root>%s</context-root>";
                String xml = Files.readString(descriptor);
                assertThat(xml).containsOnlyOnce(root.formatted("/"));
                Files.writeString(descriptor, xml.replace(root.formatted("/"), root.formatted(contextPath)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    /** In one step: half an archive would be deployed too. */
    private static void put(Path archive, Path file) {
        try {
            Files.move(archive, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.close();
        Server.deleteFolder(own);
    }
}
