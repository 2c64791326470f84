package org.pyexec.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
        Path own = Server.temporaryFolder();
        if (Server.name().equals("payara-micro")) {
            put(own.resolve("python-executor.war"), own);
            return new DeploymentFolder(Server.startBy(MicroWithFolder.command(own), settings), own, own);
        }
        Server server = Server.start(settings);
        Path instance = Server.PROJECT.resolve(
                "target/servers/run/" + Server.name() + "-" + server.baseUrl().getPort());
        return new DeploymentFolder(server, instance.resolve(folderOf(Server.name())), own);
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
        put(deployed, own);
    }

    /** In one step: half an archive would be deployed too. */
    private static void put(Path file, Path temporary) {
        try {
            Path copy = Files.copy(WAR, temporary.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
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
